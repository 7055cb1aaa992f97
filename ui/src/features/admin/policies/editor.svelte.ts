/** A draft of the site's own policies: checked once typing pauses, then put in force or proposed. */
import { codeOf } from "../../../lib/api/client";
import type { PolicyChange, PolicyCheck } from "../../../lib/api/model";
import type { PolicyApi } from "../../../lib/api/policy";
import type { Timers } from "../../../lib/timers";

/** How long typing has to pause before the draft is checked; a check takes seconds. */
const QUIET_MS = 600;

export class PolicyEditor {
  text = $state("");
  /** What the last check said; null until there was one of this text. */
  check = $state.raw<PolicyCheck | null>(null);
  checking = $state(false);
  /** The code of the error of the last check. */
  error = $state<string | null>(null);
  /** The text in force. */
  #base = $state("");
  #version = 0;
  #cancel: () => void = () => {};
  changed = $derived.by(() => this.text.trim() !== this.#base.trim());
  ready = $derived.by(() => this.changed && this.check !== null && this.check.faults.length === 0);

  constructor(
    private readonly api: PolicyApi,
    private readonly timers: Timers,
  ) {}

  /** Begins with the text in force. */
  begin(text: string): void {
    this.#cancel();
    this.#version += 1;
    this.#base = text;
    this.text = text;
    this.check = null;
    this.checking = false;
    this.error = null;
  }

  /** Takes what was typed. */
  write(text: string): void {
    this.text = text;
    this.check = null;
    this.error = null;
    this.#version += 1;
    this.#cancel();
    this.checking = this.changed;
    if (this.changed) this.#cancel = this.timers.after(QUIET_MS, () => void this.#examine());
  }

  apply(): Promise<PolicyChange> {
    return this.api.change(this.text);
  }

  /** Stops what waits to be checked. */
  leave(): void {
    this.#cancel();
    this.#version += 1;
  }

  async #examine(): Promise<void> {
    const version = this.#version;
    try {
      const check = await this.api.check(this.text);
      if (version === this.#version) this.check = check;
    } catch (error) {
      if (version === this.#version) this.error = codeOf(error);
    } finally {
      if (version === this.#version) this.checking = false;
    }
  }
}
