import type { Timers } from "../src/lib/timers";

/** A clock that moves only when a test moves it. */
export class ManualTimers implements Timers {
  #now = Date.parse("2026-03-02T14:02:00Z");
  #due: { at: number; act: () => void }[] = [];

  now(): Date {
    return new Date(this.#now);
  }

  after(ms: number, act: () => void): () => void {
    const entry = { at: this.#now + ms, act };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  }

  /** Lets time pass, running what falls due in order, and lets promises settle after each. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}
