/** What is being written: the draft, what would be hidden in it, and whether it may be sent. */
import { ApiError, type ApiClient } from "../../lib/api/client";
import { length } from "../../lib/text/codepoints";
import type { Timers } from "../../lib/timers";
import type { Asked, Refusal } from "./conversation.svelte";

/** The longest question that the API takes, in code points. */
export const LIMIT = 8_000;

const CHECK_AFTER_MS = 400;

export type Pause = { kind: "rate_limited" | "cooling_down"; until: number };

export class Composer {
  draft = $state("");
  /** Kinds of detail that the draft seems to hold, each once. */
  findings = $state.raw<readonly string[]>([]);
  /** True while a question is on its way to the API. */
  sending = $state(false);
  /** True when the draft goes out by itself as soon as the running answer ends. */
  waiting = $state(false);
  /** The turn whose question the draft is, changed; sending replaces it. */
  editing = $state<string | null>(null);
  pause = $state.raw<Pause | null>(null);
  /** Whole seconds left of the pause. */
  secondsLeft = $state(0);
  /** The code of the error that kept the last question from being sent. */
  error = $state<string | null>(null);

  tooMany = $derived(Math.max(0, length(this.draft) - LIMIT));
  blank = $derived(this.draft.trim() === "");
  sendable = $derived(!this.blank && this.tooMany === 0 && !this.sending && this.pause === null);

  #cancelCheck: () => void = () => {};
  #cancelTick: () => void = () => {};
  #version = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    private readonly ask: (text: string, replaces: string | null) => Promise<Asked>,
  ) {}

  /** Takes what the person wrote. */
  write(text: string): void {
    this.draft = text;
    this.waiting = false;
    this.error = null;
    this.#scheduleCheck();
  }

  /** Sends the draft now, or lets it wait for `release`. */
  async send(when: "now" | "later"): Promise<void> {
    if (!this.sendable) return;
    if (when === "later") {
      this.waiting = true;
      return;
    }
    const text = this.draft;
    const refusal = await this.#submit(text, this.editing);
    if (refusal === null && this.draft === text) this.clear();
    // The session ended while its person was here and writing: their words are not lost with it.
    if (refusal?.kind === "ended") this.draft = text;
  }

  /**
   * Asks something that is not the draft (a suggestion, an earlier question); the draft stays.
   * Resolves to whether it was taken.
   */
  async sendText(text: string, replaces: string | null = null): Promise<boolean> {
    if (this.sending || this.pause) return false;
    return (await this.#submit(text, replaces)) === null;
  }

  /** What the draft waited for is over: the running answer has ended, or the session is there. */
  async release(): Promise<void> {
    if (!this.waiting) return;
    this.waiting = false;
    await this.send("now");
  }

  /** Keeps the draft until then, and counts down. */
  hold(pause: Pause): void {
    this.pause = pause;
    this.waiting = false;
    this.#tick();
  }

  /** Forgets the draft. */
  clear(): void {
    this.write("");
    this.editing = null;
    this.findings = [];
    this.#cancelCheck();
  }

  /** Forgets everything but a pause, which belongs to the person and not to the session. */
  wipe(): void {
    this.clear();
    this.sending = false;
  }

  async #submit(text: string, replaces: string | null = null): Promise<Refusal | null> {
    this.sending = true;
    this.error = null;
    const asked = await this.ask(text, replaces);
    this.sending = false;
    if (asked.taken) return null;
    this.#refused(asked.refusal);
    return asked.refusal;
  }

  #refused(refusal: Refusal): void {
    switch (refusal.kind) {
      case "rate_limited":
      case "cooling_down":
        this.hold({ kind: refusal.kind, until: refusal.until });
        break;
      case "running":
        this.waiting = !this.blank;
        break;
      case "failed":
        this.error = refusal.code;
        break;
      case "too_long":
        this.error = "message_too_long";
        break;
      case "empty":
        this.error = "message_empty";
        break;
      case "consent":
        this.error = "consent_required";
        break;
      case "ended":
        break;
    }
  }

  #tick(): void {
    this.#cancelTick();
    if (!this.pause) return;
    const left = this.pause.until - this.timers.now().valueOf();
    this.secondsLeft = Math.max(0, Math.ceil(left / 1000));
    if (left <= 0) {
      this.pause = null;
      return;
    }
    // Wakes when the shown second changes, so that the count never skips one.
    this.#cancelTick = this.timers.after(left % 1000 || 1000, () => this.#tick());
  }

  #scheduleCheck(): void {
    this.#cancelCheck();
    this.#version += 1;
    if (this.blank || this.tooMany > 0) {
      this.findings = [];
      return;
    }
    const version = this.#version;
    this.#cancelCheck = this.timers.after(CHECK_AFTER_MS, () => void this.#check(version));
  }

  async #check(version: number): Promise<void> {
    try {
      const found = await this.api.draft(this.draft);
      if (version === this.#version) this.findings = [...new Set(found.map((each) => each.type))];
    } catch (error) {
      // The hint is a courtesy: the guard hides details whether or not it was shown.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
