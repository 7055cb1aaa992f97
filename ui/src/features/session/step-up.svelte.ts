/** Asks for a fresh second factor when an act wants one, and says whether it was shown. */
import type { AccountApi } from "../../lib/api/account";
import { ApiError, codeOf } from "../../lib/api/client";
import type { Session } from "../../lib/api/model";

export class StepUp {
  open = $state(false);
  busy = $state(false);
  code = $state("");
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  secondsToWait = $state<number | null>(null);
  #answer: ((shown: boolean) => void) | null = null;

  constructor(
    private readonly api: AccountApi,
    private readonly onElevated: (session: Session) => void,
  ) {}

  /** Asks; a second question while one is open waits for the same answer to be `false`. */
  ask(): Promise<boolean> {
    this.#settle(false);
    this.code = "";
    this.error = null;
    this.secondsToWait = null;
    this.open = true;
    return new Promise((answer) => (this.#answer = answer));
  }

  async submit(): Promise<void> {
    const code = this.code.replace(/\s/g, "");
    if (this.busy || code === "") return;
    this.busy = true;
    this.error = null;
    try {
      this.onElevated(await this.api.elevate(code));
      this.#settle(true);
    } catch (error) {
      this.error = codeOf(error);
      this.secondsToWait = error instanceof ApiError ? error.retryAfterS : null;
    } finally {
      this.code = "";
      this.busy = false;
    }
  }

  cancel(): void {
    this.#settle(false);
  }

  #settle(shown: boolean): void {
    this.open = false;
    const answer = this.#answer;
    this.#answer = null;
    answer?.(shown);
  }
}
