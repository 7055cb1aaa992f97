/** The conversation: its turns, the one that runs, and what may be done with them. */
import { ApiError, type ApiClient, codeOf } from "../../lib/api/client";
import type { Rating, TurnEvent } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";
import { accepted, applyEvent, fromRecord, isRunning, lost, type TurnView } from "./turn";

/** Why a question was not taken; the draft stays with whoever asked. */
export type Refusal =
  | { kind: "rate_limited" | "cooling_down"; until: number }
  | { kind: "running" | "too_long" | "empty" | "ended" | "consent" }
  | { kind: "failed"; code: string };

export type Asked = { taken: true } | { taken: false; refusal: Refusal };

/** What others want to hear of; called after the state has changed. */
export interface ConversationListener {
  onEvent?(turn: TurnView, event: TurnEvent): void;
  onEnd?(turn: TurnView): void;
  onSessionEnded(): void;
}

// Pieces are shown together about thirty times a second, which is as smooth as reading goes.
const FLUSH_MS = 32;
// The window's channel may deliver its last events just after the stream's own end.
const REATTACH_MS = [300, 1_000, 2_000, 4_000, 8_000];
const DEFAULT_PAUSE_S = 10;

export class Conversation {
  /** The conversation's id; `null` before its first turn, and for a guest, who has one only. */
  id = $state<string | null>(null);
  /** When it is destroyed unless something is said before. */
  endsAt = $state<string | null>(null);
  turns = $state.raw<readonly TurnView[]>([]);
  /** What the reader said of answers on this page. */
  ratings = $state.raw<ReadonlyMap<string, Rating>>(new Map());
  stopping = $state(false);
  running = $derived(this.turns.find(isRunning) ?? null);
  #fresh = false;
  #abort = new AbortController();
  #pending: TurnEvent[] = [];
  #cancelFlush: (() => void) | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    private readonly listener: ConversationListener,
  ) {}

  /**
   * Reads a conversation, the latest unless one is named, and takes up a turn that still runs.
   * Resolves to whether it could be read; the end of the session is told to the listener and counts
   * as read.
   */
  async load(id: string | null = null): Promise<boolean> {
    const abort = this.#abort;
    try {
      const record = await this.api.conversation(id);
      if (abort.signal.aborted) return true;
      const now = this.timers.now();
      this.id = record.id;
      this.endsAt = record.id === null ? null : record.ends_at;
      this.turns = record.turns.map((turn) => fromRecord(turn, now));
    } catch (error) {
      return this.#noticeEnd(error);
    }
    const running = this.turns.find(isRunning);
    if (running) void this.#follow(running.id);
    return true;
  }

  /** Begins a new conversation with the next question, as those can who have several. */
  fresh(): void {
    this.wipe();
    this.#fresh = true;
  }

  /** Opens another of the reader's conversations. */
  async open(id: string): Promise<boolean> {
    this.wipe();
    return this.load(id);
  }

  /**
   * Asks; resolves as soon as the question was taken or refused. A turn that it replaces is deleted
   * once the new one was taken, so that a refusal costs nothing.
   */
  async ask(text: string, replaces: string | null = null): Promise<Asked> {
    if (this.turns.some(isRunning)) return { taken: false, refusal: { kind: "running" } };
    const abort = this.#abort;
    try {
      if (this.#fresh) this.id = (await this.api.beginConversation()).id;
      if (abort.signal.aborted) return { taken: true };
      this.#fresh = false;
      const id = await this.api.ask(text, this.id);
      if (abort.signal.aborted) return { taken: true };
      this.turns = [...this.turns, accepted(id, this.timers.now())];
      if (replaces !== null) void this.#drop(replaces);
      void this.#follow(id);
      return { taken: true };
    } catch (error) {
      const refusal = this.#refusalOf(error);
      if (refusal.kind === "running") {
        await this.load(this.id);
        // It is not of this conversation: nothing here will end for which the draft could wait.
        if (!this.running)
          return { taken: false, refusal: { kind: "failed", code: codeOf(error) } };
      }
      if (refusal.kind === "ended") this.listener.onSessionEnded();
      return { taken: false, refusal };
    }
  }

  /** Stops the turn that runs; its end arrives as an event like any other. */
  async stop(): Promise<void> {
    const running = this.running;
    if (!running || this.stopping) return;
    this.stopping = true;
    try {
      await this.api.cancel(running.id);
    } catch (error) {
      this.stopping = false;
      this.#noticeEnd(error);
    }
  }

  /** Says whether an answer helped; resolves to the code of the error, if there was one. */
  async rate(turn: string, rating: Rating, comment: string): Promise<string | null> {
    const remark = comment.trim();
    try {
      await this.api.rate(turn, remark === "" ? { rating } : { rating, comment: remark });
    } catch (error) {
      this.#noticeEnd(error);
      return codeOf(error);
    }
    this.ratings = new Map(this.ratings).set(turn, rating);
    return null;
  }

  /** Forgets everything on this page. */
  wipe(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#pending = [];
    this.turns = [];
    this.id = null;
    this.endsAt = null;
    this.ratings = new Map();
    this.stopping = false;
    this.#fresh = false;
  }

  async #drop(turn: string): Promise<void> {
    try {
      await this.api.deleteTurn(turn);
    } catch (error) {
      // It stays then, in the record and on the page.
      this.#noticeEnd(error);
      return;
    }
    this.turns = this.turns.filter((each) => each.id !== turn);
  }

  async #follow(id: string): Promise<void> {
    const { signal } = this.#abort;
    const receive = (event: TurnEvent) => this.#receive(id, event, signal);
    for (let attempt = 0; ; attempt += 1) {
      let gone = false;
      try {
        await this.api.follow(id, receive, signal);
      } catch (error) {
        if (signal.aborted || this.#noticeEnd(error)) return;
        gone = error instanceof ApiError && error.status === 404;
      }
      const wait = REATTACH_MS[attempt];
      if (signal.aborted || !this.#isRunning(id)) return;
      if (gone || wait === undefined) break;
      await new Promise<void>((resolve) => this.timers.after(wait, resolve));
      if (signal.aborted || !this.#isRunning(id)) return;
    }
    await this.#settle(id, signal);
  }

  // The stream cannot be had any more: the record may still say how the turn ended.
  async #settle(id: string, signal: AbortSignal): Promise<void> {
    const now = this.timers.now();
    const record = await this.api.conversation(this.id).catch(() => null);
    if (signal.aborted) return;
    const turn = record?.turns.find((each) => each.id === id);
    this.stopping = false;
    this.#update(id, (view) => (turn && turn.outcome ? fromRecord(turn, now) : lost(view)));
    this.#tellEnd(id);
  }

  #receive(id: string, event: TurnEvent, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#pending.push(event);
    if (event.event === "delta") {
      this.#cancelFlush ??= this.timers.after(FLUSH_MS, () => this.#flush(id));
    } else {
      this.#flush(id);
    }
  }

  #flush(id: string): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const events = this.#pending;
    this.#pending = [];
    if (!this.#isRunning(id)) return;
    const now = this.timers.now();
    this.#update(id, (turn) => events.reduce((view, event) => applyEvent(view, event, now), turn));
    const turn = this.turns.find((each) => each.id === id);
    if (!turn) return;
    const last = events.at(-1);
    if (last) this.listener.onEvent?.(turn, last);
    if (!isRunning(turn)) {
      this.stopping = false;
      this.#tellEnd(id);
    }
  }

  #update(id: string, change: (turn: TurnView) => TurnView): void {
    this.turns = this.turns.map((turn) => (turn.id === id ? change(turn) : turn));
  }

  #isRunning(id: string): boolean {
    const turn = this.turns.find((each) => each.id === id);
    return turn !== undefined && isRunning(turn);
  }

  #tellEnd(id: string): void {
    const turn = this.turns.find((each) => each.id === id);
    if (turn) this.listener.onEnd?.(turn);
  }

  #noticeEnd(error: unknown): boolean {
    const ended = error instanceof ApiError && error.needsSession;
    if (ended) this.listener.onSessionEnded();
    return ended;
  }

  #refusalOf(error: unknown): Refusal {
    if (!(error instanceof ApiError)) return { kind: "failed", code: "unknown" };
    if (error.needsSession) return { kind: "ended" };
    switch (error.code) {
      case "rate_limited":
      case "cooling_down": {
        const wait = error.retryAfterS ?? DEFAULT_PAUSE_S;
        return { kind: error.code, until: this.timers.now().valueOf() + wait * 1000 };
      }
      case "turn_running":
        return { kind: "running" };
      case "message_too_long":
        return { kind: "too_long" };
      case "message_empty":
        return { kind: "empty" };
      case "consent_required":
        return { kind: "consent" };
      default:
        return { kind: "failed", code: error.code };
    }
  }
}
