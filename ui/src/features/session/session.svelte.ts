/** The session: a guest's, made at the start and wiped at its end, or that of somebody's account. */
import { ApiError, type ApiClient } from "../../lib/api/client";
import type { Session } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";

/**
 * `ended`: a guest's session is over, and all of it is gone. `left`: somebody signed out. `locked`:
 * somebody's sign-in has ended without them; what they said is still theirs. `sealed`: nothing can
 * be asked before the store is opened.
 */
export type SessionPhase =
  "starting" | "active" | "ended" | "left" | "locked" | "sealed" | "unreachable";

/** Why a sign-in is over although nobody signed out. */
export type LockReason = "quiet" | "elsewhere";

// Asked a moment after the end, because asking sooner would only hear that it still lives.
const AFTER_END_MS = 1_500;
const RETRY_MS = 15_000;
const LONGEST_TIMER_MS = 2_000_000_000;

export class SessionState {
  phase = $state<SessionPhase>("starting");
  session = $state.raw<Session | null>(null);
  endedAt = $state<Date | null>(null);
  /** When the conversation before this one was wiped, to be said in the greeting. */
  wipedAt = $state<Date | null>(null);
  /** Whose sign-in is locked, and why. */
  locked = $state.raw<{ name: string; reason: LockReason } | null>(null);
  guest = $derived(this.session === null || this.session.kind === "guest");
  permissions = $derived<ReadonlySet<string>>(new Set(this.session?.permissions ?? []));
  /** Called with every session that is taken up. */
  onTake: ((session: Session) => void) | null = null;
  #cancelCheck: () => void = () => {};

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    /** Called when what the session held must go from the page. */
    private readonly onEnd: () => void,
  ) {}

  /** Takes up the session that is already there, or starts one. Resolves to whether it was there. */
  async start(): Promise<boolean> {
    this.phase = "starting";
    try {
      this.take(await this.api.session());
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.needsSession) return this.renew().then(() => false);
      this.phase = isSealed(error) ? "sealed" : "unreachable";
      return false;
    }
  }

  /** Starts a guest's session; the API wipes the one before. */
  async renew(): Promise<void> {
    try {
      this.take(await this.api.startSession());
    } catch (error) {
      this.phase = isSealed(error) ? "sealed" : "unreachable";
    }
  }

  /**
   * Leaves: a guest's session is wiped and another begun, a signed-in person is signed out. Rejects
   * when the session could not be ended.
   */
  async leave(): Promise<void> {
    const { guest } = this;
    await this.#endForGood();
    this.onEnd();
    if (!guest) {
      this.#close("left");
      return;
    }
    this.wipedAt = this.timers.now();
    await this.renew();
  }

  /** Ends a sign-in because nobody is there; the page is kept closed until they are back. */
  async lock(): Promise<void> {
    const name = this.session?.name;
    if (this.guest || !name) return;
    this.locked = { name, reason: "quiet" };
    this.#close("locked");
    this.onEnd();
    // Whether or not that reaches the API: the session ends there by the same quiet.
    await this.#endForGood().catch(() => {});
  }

  /** Called when the API says that there is no session any more. */
  end(): void {
    if (this.phase !== "active") return;
    const { guest, session } = this;
    if (!guest) this.locked = { name: session?.name ?? "", reason: "elsewhere" };
    this.endedAt = this.timers.now();
    this.#close(guest ? "ended" : "locked");
    this.onEnd();
  }

  /** Learns the new end after a message was sent. */
  async refresh(): Promise<void> {
    try {
      const session = await this.api.session();
      if (this.phase === "active") this.take(session);
    } catch (error) {
      if (error instanceof ApiError && error.needsSession) this.end();
      else if (this.phase === "active") this.#checkAfter(RETRY_MS);
    }
  }

  /** Takes a session that the API gave: begun, signed in to, extended. */
  take(session: Session): void {
    this.session = session;
    this.phase = "active";
    this.endedAt = null;
    this.locked = null;
    const left = Date.parse(session.expires_at) - this.timers.now().valueOf();
    this.#checkAfter(Number.isNaN(left) ? RETRY_MS : Math.max(left, 0) + AFTER_END_MS);
    this.onTake?.(session);
  }

  #close(phase: SessionPhase): void {
    this.#cancelCheck();
    this.phase = phase;
    this.session = null;
  }

  async #endForGood(): Promise<void> {
    try {
      await this.api.endSession();
    } catch (error) {
      // Already gone is as good as ended.
      if (!(error instanceof ApiError && error.needsSession)) throw error;
    }
  }

  #checkAfter(ms: number): void {
    this.#cancelCheck();
    this.#cancelCheck = this.timers.after(
      Math.min(ms, LONGEST_TIMER_MS),
      () => void this.refresh(),
    );
  }
}

function isSealed(error: unknown): boolean {
  return error instanceof ApiError && error.code === "vault_locked";
}
