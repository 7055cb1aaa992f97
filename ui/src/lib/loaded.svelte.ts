/** Something that is read from the API for a page: not yet, there, or not readable just now. */
import { codeOf } from "./api/client";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  #version = 0;

  constructor(private readonly read: () => Promise<T>) {}

  /** Reads it; what was there stays until the answer is in. */
  async load(): Promise<void> {
    this.#version += 1;
    const version = this.#version;
    try {
      const value = await this.read();
      if (version !== this.#version) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (version === this.#version) this.error = codeOf(error);
    }
  }

  /** Takes a newer value that came with the answer to an act. */
  take(value: T): void {
    this.#version += 1;
    this.value = value;
    this.error = null;
  }
}
