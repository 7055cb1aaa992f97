/** The guest's session: made at the start, ended by leaving or by quiet. */
import { ApiError, type ApiClient } from "../../lib/api/client";
import type { Session } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";

export type SessionPhase = "starting" | "active" | "ended" | "unreachable";

// Asked a moment after the end, because asking sooner would only hear that it still lives.
const AFTER_END_MS = 1_500;
const RETRY_MS = 15_000;
const LONGEST_TIMER_MS = 2_000_000_000;

export class SessionState {
  phase = $state<SessionPhase>("starting");
  session = $state<Session | null>(null);
  endedAt = $state<Date | null>(null);
  /** When the conversation before this one was wiped, to be said in the greeting. */
  wipedAt = $state<Date | null>(null);
  #cancelCheck: () => void = () => {};

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    private readonly onEnd: () => void,
  ) {}

  /** Takes up the session that is already there, or starts one. Resolves to whether it was there. */
  async start(): Promise<boolean> {
    this.phase = "starting";
    try {
      this.#begin(await this.api.session());
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.needsSession) return this.renew().then(() => false);
      this.phase = "unreachable";
      return false;
    }
  }

  /** Starts a new session; the API wipes the one before. */
  async renew(): Promise<void> {
    try {
      this.#begin(await this.api.startSession());
    } catch {
      this.phase = "unreachable";
    }
  }

  /** Leaves, which wipes, and starts anew. Rejects when the session could not be ended. */
  async leave(): Promise<void> {
    try {
      await this.api.endSession();
    } catch (error) {
      // Already gone is as good as wiped.
      if (!(error instanceof ApiError && error.needsSession)) throw error;
    }
    this.wipedAt = this.timers.now();
    this.onEnd();
    await this.renew();
  }

  /** Called when the API says that there is no session any more. */
  end(): void {
    if (this.phase !== "active") return;
    this.#cancelCheck();
    this.phase = "ended";
    this.session = null;
    this.endedAt = this.timers.now();
    this.onEnd();
  }

  /** Learns the new end after a message was sent. */
  async refresh(): Promise<void> {
    try {
      const session = await this.api.session();
      if (this.phase === "active") this.#begin(session);
    } catch (error) {
      if (error instanceof ApiError && error.needsSession) this.end();
      else if (this.phase === "active") this.#checkAfter(RETRY_MS);
    }
  }

  #begin(session: Session): void {
    this.session = session;
    this.phase = "active";
    this.endedAt = null;
    const left = Date.parse(session.expires_at) - this.timers.now().valueOf();
    this.#checkAfter(Number.isNaN(left) ? RETRY_MS : Math.max(left, 0) + AFTER_END_MS);
  }

  #checkAfter(ms: number): void {
    this.#cancelCheck();
    this.#cancelCheck = this.timers.after(
      Math.min(ms, LONGEST_TIMER_MS),
      () => void this.refresh(),
    );
  }
}
