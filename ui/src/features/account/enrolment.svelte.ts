/** Setting an authenticator up: its key is shown, its first code proves it, paper codes follow. */
import type { AccountApi } from "../../lib/api/account";
import { codeOf } from "../../lib/api/client";
import type { Enrolment } from "../../lib/api/model";

export class EnrolmentState {
  /** What the authenticator is set up with; shown once. */
  shown = $state.raw<Enrolment | null>(null);
  code = $state("");
  busy = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  /** The codes that stand in for the authenticator; shown once. */
  paper = $state.raw<readonly string[] | null>(null);
  picture = $derived(this.shown === null ? null : pictureOf(this.shown.svg));

  constructor(private readonly api: AccountApi) {}

  async begin(): Promise<void> {
    this.forget();
    try {
      this.shown = await this.api.enrol();
    } catch (error) {
      this.error = codeOf(error);
    }
  }

  /** Takes the first code; resolves to whether it was right. */
  async confirm(): Promise<boolean> {
    if (this.busy || this.code.length !== 6) return false;
    this.busy = true;
    this.error = null;
    try {
      this.paper = await this.api.confirm(this.code);
      this.shown = null;
      return true;
    } catch (error) {
      this.error = codeOf(error);
      return false;
    } finally {
      this.code = "";
      this.busy = false;
    }
  }

  /** Forgets what was shown. */
  forget(): void {
    this.shown = null;
    this.paper = null;
    this.code = "";
    this.error = null;
  }
}

export interface Picture {
  box: string;
  path: string;
}

/**
 * The dark squares of a picture that the API drew. The page shows no foreign markup: the one path
 * is taken out of it and drawn anew.
 */
export function pictureOf(svg: string): Picture | null {
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml");
  const path = [...drawn.querySelectorAll("path")].at(-1)?.getAttribute("d");
  const root = drawn.documentElement;
  const side = root.getAttribute("width");
  const box = root.getAttribute("viewBox") ?? (side ? `0 0 ${side} ${side}` : null);
  return path && box ? { box, path } : null;
}
