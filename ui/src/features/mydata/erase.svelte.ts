/** Erasing oneself: by a fresh second factor, or by a token where there is none to show. */
import { codeOf } from "../../lib/api/client";
import type { ErasureReceipt } from "../../lib/api/model";
import type { PrivacyApi } from "../../lib/api/privacy";

export class Erase {
  typed = $state("");
  token = $state("");
  /** True once it is known that there is no second factor to show. */
  byToken = $state(false);
  /** True once a legal hold was in the way: what it does not keep can still go. */
  rest = $state(false);
  working = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  receipt = $state.raw<ErasureReceipt | null>(null);

  constructor(private readonly api: PrivacyApi) {}

  async submit(): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.error = null;
    const token = this.token.trim();
    try {
      this.receipt = await this.api.erase(this.rest, token === "" ? null : token);
    } catch (error) {
      this.error = codeOf(error);
      if (this.error === "mfa_required") this.byToken = true;
      if (this.error === "under_hold") this.rest = true;
    } finally {
      this.working = false;
    }
  }

  /** Forgets what was typed. */
  reset(): void {
    this.typed = "";
    this.token = "";
    this.byToken = false;
    this.rest = false;
    this.error = null;
  }
}
