/** The conversation: its turns, the one that runs, and what may be done with them. */
import { ApiError, type ApiClient } from "../../lib/api/client";
import type { TurnEvent } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";
import { accepted, applyEvent, fromRecord, isRunning, lost, type TurnView } from "./turn";

/** Why a question was not taken; the draft stays with whoever asked. */
export type Refusal =
  | { kind: "rate_limited" | "cooling_down"; until: number }
  | { kind: "running" | "too_long" | "empty" | "ended" }
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
  turns = $state.raw<readonly TurnView[]>([]);
  stopping = $state(false);
  running = $derived(this.turns.find(isRunning) ?? null);
  #abort = new AbortController();
  #pending: TurnEvent[] = [];
  #cancelFlush: (() => void) | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    private readonly listener: ConversationListener,
  ) {}

  /**
   * Reads the conversation so far and takes up a turn that still runs. Resolves to whether it
   * could be read; the end of the session is told to the listener and counts as read.
   */
  async load(): Promise<boolean> {
    const abort = this.#abort;
    try {
      const record = await this.api.conversation();
      if (abort.signal.aborted) return true;
      const now = this.timers.now();
      this.turns = record.turns.map((turn) => fromRecord(turn, now));
    } catch (error) {
      return this.#noticeEnd(error);
    }
    const running = this.turns.find(isRunning);
    if (running) void this.#follow(running.id);
    return true;
  }

  /** Asks; resolves as soon as the question was taken or refused. */
  async ask(text: string): Promise<Asked> {
    if (this.turns.some(isRunning)) return { taken: false, refusal: { kind: "running" } };
    const abort = this.#abort;
    try {
      const id = await this.api.ask(text);
      if (abort.signal.aborted) return { taken: true };
      this.turns = [...this.turns, accepted(id, this.timers.now())];
      void this.#follow(id);
      return { taken: true };
    } catch (error) {
      const refusal = this.#refusalOf(error);
      if (refusal.kind === "running") void this.load();
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

  /** Forgets everything on this page. */
  wipe(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#pending = [];
    this.turns = [];
    this.stopping = false;
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
    const record = await this.api.conversation().catch(() => null);
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
      default:
        return { kind: "failed", code: error.code };
    }
  }
}
