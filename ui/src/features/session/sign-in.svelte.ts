/** Signing in, a step at a time: name and password, then a code where the account has one. */
import type { AccountApi } from "../../lib/api/account";
import { ApiError, codeOf } from "../../lib/api/client";
import type { Session } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";

export type SignInStep = "password" | "code" | "paper";

export class SignIn {
  step = $state<SignInStep>("password");
  name = $state("");
  password = $state("");
  code = $state("");
  busy = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  /** Whole seconds until sign-in opens again; zero while it is open. */
  secondsLeft = $state(0);
  ready = $derived(
    this.name.trim() !== "" &&
      this.password !== "" &&
      (this.step === "password" || this.code.trim() !== ""),
  );
  #pausedUntil = 0;
  #cancelTick: () => void = () => {};

  constructor(
    private readonly api: AccountApi,
    private readonly timers: Timers,
  ) {}

  /** Tries what was typed; gives the session when it was right. */
  async submit(): Promise<Session | null> {
    if (!this.ready || this.busy || this.secondsLeft > 0) return null;
    this.busy = true;
    this.error = null;
    const code = this.step === "password" ? null : this.code.replace(/\s/g, "");
    try {
      const session = await this.api.signIn(this.name.trim(), this.password, code);
      this.forget();
      return session;
    } catch (error) {
      this.#refused(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** Goes to another step; what was typed before stays. */
  turnTo(step: SignInStep): void {
    this.step = step;
    this.code = "";
    this.error = null;
  }

  /** Forgets everything that was typed. */
  forget(): void {
    this.turnTo("password");
    this.name = "";
    this.password = "";
  }

  #refused(error: unknown): void {
    const code = codeOf(error);
    if (code === "mfa_required") {
      this.turnTo("code");
      return;
    }
    this.error = code;
    // A code that was tried is spent; name and password stay as they were typed.
    this.code = "";
    if (code === "sign_in_paused" && error instanceof ApiError) {
      this.#pausedUntil = this.timers.now().valueOf() + (error.retryAfterS ?? 60) * 1000;
      this.#tick();
    }
  }

  #tick(): void {
    this.#cancelTick();
    const left = this.#pausedUntil - this.timers.now().valueOf();
    this.secondsLeft = Math.max(0, Math.ceil(left / 1000));
    if (left <= 0) {
      this.error = null;
      return;
    }
    this.#cancelTick = this.timers.after(left % 1000 || 1000, () => this.#tick());
  }
}
