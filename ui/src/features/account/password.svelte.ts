/** Changing one's own password. */
import type { AccountApi } from "../../lib/api/account";
import { codeOf } from "../../lib/api/client";

/** The fewest characters that a password has. */
export const SHORTEST = 10;

export class PasswordChange {
  old = $state("");
  chosen = $state("");
  again = $state("");
  busy = $state(false);
  done = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  tooShort = $derived(this.chosen !== "" && [...this.chosen].length < SHORTEST);
  differs = $derived(this.again !== "" && this.again !== this.chosen);
  ready = $derived(
    this.old !== "" && this.chosen !== "" && !this.tooShort && this.again === this.chosen,
  );

  constructor(private readonly api: AccountApi) {}

  /** Changes it; resolves to whether that was done. */
  async submit(): Promise<boolean> {
    if (!this.ready || this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await this.api.changePassword(this.old, this.chosen);
    } catch (error) {
      this.error = codeOf(error);
      return false;
    } finally {
      this.busy = false;
    }
    this.old = "";
    this.chosen = "";
    this.again = "";
    this.done = true;
    return true;
  }
}
