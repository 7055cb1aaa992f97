/** What is said aloud: one polite and one assertive line, outside the conversation. */
import type { Timers } from "../timers";

/** At most one sentence in this time, so that a voice can keep up. */
export const PACE_MS = 1_500;

export class Announcer {
  polite = $state("");
  assertive = $state("");
  #queue: string[] = [];
  #cancel: (() => void) | null = null;

  constructor(private readonly timers: Timers) {}

  /** Says a sentence in its turn. */
  say(sentence: string): void {
    this.#queue.push(sentence);
    if (!this.#cancel) this.#next();
  }

  /** Says something that cannot wait: the session has ended, a promise is not held. */
  interrupt(sentence: string): void {
    this.assertive = sentence;
  }

  /** Drops what was not yet said. */
  hush(): void {
    this.#queue = [];
  }

  #next(): void {
    const sentence = this.#queue.shift();
    if (sentence === undefined) {
      this.#cancel = null;
      return;
    }
    // The same words twice would not be noticed as a change: a no-break space makes them differ.
    this.polite = sentence === this.polite ? `${sentence}\u00a0` : sentence;
    this.#cancel = this.timers.after(PACE_MS, () => this.#next());
  }
}
