/** One thing that somebody does on a page: under way, done, or refused with a reason. */
import { ApiError, codeOf } from "../../../lib/api/client";

export class Act {
  working = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  /** What the API said of it for people; only where the code alone says too little. */
  detail = $state("");
  /** What was done, to be said once. */
  told = $state("");

  /** Does it, unless it is being done; says whether it was done. */
  async run(what: () => Promise<void>, told = ""): Promise<boolean> {
    if (this.working) return false;
    this.working = true;
    this.clear();
    try {
      await what();
      this.told = told;
      return true;
    } catch (error) {
      this.error = codeOf(error);
      if (error instanceof ApiError && PARTICULAR.has(error.code)) this.detail = error.detail;
      return false;
    } finally {
      this.working = false;
    }
  }

  clear(): void {
    this.error = null;
    this.detail = "";
    this.told = "";
  }
}

/** Codes of which the sentence differs from case to case. */
const PARTICULAR: ReadonlySet<string> = new Set([
  "invalid_request",
  "conflict",
  "document_unreadable",
  "document_conflict",
  "backup_unusable",
]);
