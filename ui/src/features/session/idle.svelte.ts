/** Notices that nobody is there, says so while there is time, and then acts. */
import type { Timers } from "../../lib/timers";

/** Before a sign-in is locked, it is said for so long. */
export const WARNING_MS = 30_000;

// Moving about extends the session at most this often.
const STAY_EVERY_MS = 60_000;

export interface Watched {
  /** Says that the person is there; resolves to the new end, or `null` when that was not possible. */
  stay(): Promise<number | null>;
  /** Nobody came back in time. */
  over(): void;
  /** The countdown has begun. */
  warn(seconds: number): void;
}

export class IdleWatch {
  /** Whole seconds left; `null` while there is no hurry. */
  secondsLeft = $state<number | null>(null);
  /** True when staying helps no more: a sign-in has a longest life. */
  last = $state(false);
  #end: number | null = null;
  #stayedAt = 0;
  #cancel: () => void = () => {};

  constructor(
    private readonly timers: Timers,
    private readonly watched: Watched,
  ) {}

  /** Watches until `end`, in milliseconds since the epoch; a later end calls the countdown off. */
  watch(end: number): void {
    this.#end = end;
    this.#stayedAt = this.timers.now().valueOf();
    this.secondsLeft = null;
    this.last = false;
    this.#wait();
  }

  stop(): void {
    this.#cancel();
    this.#end = null;
    this.secondsLeft = null;
  }

  /** Somebody pressed, typed or moved something. */
  touch(): void {
    if (this.#end === null || this.last) return;
    const now = this.timers.now().valueOf();
    const counting = this.secondsLeft !== null;
    if (!counting && now - this.#stayedAt < STAY_EVERY_MS) return;
    this.#stayedAt = now;
    void this.#stay(this.#end);
  }

  async #stay(before: number): Promise<void> {
    const end = await this.watched.stay();
    if (this.#end !== before || end === null) return;
    if (end - this.timers.now().valueOf() > WARNING_MS) this.watch(end);
    else this.last = true;
  }

  #wait(): void {
    this.#cancel();
    if (this.#end === null) return;
    const left = this.#end - WARNING_MS - this.timers.now().valueOf();
    this.#cancel = this.timers.after(Math.max(0, left), () => this.#count());
  }

  #count(): void {
    if (this.#end === null) return;
    const left = this.#end - this.timers.now().valueOf();
    if (left <= 0) {
      this.stop();
      this.watched.over();
      return;
    }
    const seconds = Math.ceil(left / 1000);
    if (this.secondsLeft === null) this.watched.warn(seconds);
    this.secondsLeft = seconds;
    this.#cancel = this.timers.after(left % 1000 || 1000, () => this.#count());
  }
}
