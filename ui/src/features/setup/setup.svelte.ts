/** The first run: an administrator first, then what can wait, a step at a time. */
import type { AccountApi } from "../../lib/api/account";
import { codeOf } from "../../lib/api/client";
import type { Examination, Session } from "../../lib/api/model";
import type { SetupApi } from "../../lib/api/setup";
import { SHORTEST } from "../account/password.svelte";

export const STEPS = [
  "language",
  "administrator",
  "factor",
  "opening",
  "recovery",
  "knowledge",
  "model",
  "promises",
] as const;
export type Step = (typeof STEPS)[number];

const NAME = /^[\p{L}\p{N}._@-]{1,64}$/u;

export class Setup {
  step = $state<Step>("language");
  done = $state.raw<ReadonlySet<Step>>(new Set());
  busy = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);

  name = $state("");
  password = $state("");
  again = $state("");
  /** The name of the administrator that was made. */
  made = $state<string | null>(null);

  opening = $state<"key_file" | "passphrase">("key_file");
  passphrase = $state("");
  passphraseAgain = $state("");

  /** The recovery code; shown in this run alone. */
  recovery = $state<string | null>(null);
  examination = $state.raw<Examination | null>(null);

  index = $derived(STEPS.indexOf(this.step));
  nameFits = $derived(NAME.test(this.name));
  passwordTooShort = $derived(this.password !== "" && [...this.password].length < SHORTEST);
  passwordDiffers = $derived(this.again !== "" && this.again !== this.password);
  administratorReady = $derived(
    this.nameFits && this.password !== "" && !this.passwordTooShort && this.again === this.password,
  );
  passphraseReady = $derived(
    [...this.passphrase].length >= SHORTEST && this.passphraseAgain === this.passphrase,
  );

  constructor(
    private readonly api: SetupApi,
    private readonly account: AccountApi,
    private readonly onSignedIn: (session: Session) => Promise<void>,
  ) {}

  /** Goes on; what was done on this step is noted. */
  next(): void {
    this.done = new Set(this.done).add(this.step);
    this.later();
  }

  /** Goes on without doing this step. */
  later(): void {
    this.error = null;
    this.step = STEPS[Math.min(this.index + 1, STEPS.length - 1)] ?? "promises";
  }

  back(): void {
    this.error = null;
    this.step = STEPS[Math.max(this.index - 1, 0)] ?? "language";
  }

  /** Whether a step may be opened from the list: those before the administrator, or all after. */
  isOpen(step: Step): boolean {
    return this.made !== null || STEPS.indexOf(step) <= STEPS.indexOf("administrator");
  }

  /**
   * Makes the administrator and signs them in. The recovery code is made on the way, because whoever
   * stands in for an administrator needs no second factor for it.
   */
  async makeAdministrator(): Promise<void> {
    if (!this.administratorReady) return;
    await this.#attempt(async () => {
      await this.api.operate();
      this.recovery ??= await this.api.makeRecoveryCode();
      await this.api.makeAdministrator(this.name, this.password);
      const session = await this.account.signIn(this.name, this.password, null);
      this.made = this.name;
      this.password = "";
      this.again = "";
      await this.onSignedIn(session);
      this.next();
    });
  }

  /** Takes up what was chosen to open the store. */
  async chooseOpening(): Promise<void> {
    if (this.opening === "key_file") {
      this.next();
      return;
    }
    if (!this.passphraseReady) return;
    await this.#attempt(async () => {
      await this.api.addPassphrase(this.passphrase);
      // Only now: without the passphrase nothing would open the store again.
      const keys = await this.api.keys();
      for (const key of keys) if (key.kind === "key_file") await this.api.removeKey(key.id);
      this.passphrase = "";
      this.passphraseAgain = "";
      this.next();
    });
  }

  /** Makes a recovery code, where there is none to show. */
  async makeRecovery(): Promise<void> {
    await this.#attempt(async () => {
      this.recovery = await this.api.makeRecoveryCode();
    });
  }

  /** Notes that the code was written down. */
  async confirmRecovery(): Promise<void> {
    const code = this.recovery;
    if (code === null) return;
    await this.#attempt(async () => {
      await this.api.confirmRecoveryCode(code);
      this.recovery = null;
      this.next();
    });
  }

  async examine(): Promise<void> {
    await this.#attempt(async () => {
      this.examination = await this.api.examine();
    });
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await act();
    } catch (error) {
      this.error = codeOf(error);
    } finally {
      this.busy = false;
    }
  }
}

/** The groups of a recovery code, however it is written. */
export function groupsOf(code: string): string[] {
  return code.replace(/[^0-9A-Za-z]/g, "").match(/.{1,4}/g) ?? [];
}

/** Two groups to be typed back, never the same two places for everybody. */
export function asked(groups: number, draw: () => number = Math.random): [number, number] {
  const first = Math.min(groups - 1, Math.floor(draw() * groups));
  const step = 1 + Math.min(groups - 2, Math.floor(draw() * (groups - 1)));
  const second = (first + step) % groups;
  return first < second ? [first, second] : [second, first];
}

/** How a typed group compares with what is shown: letters that look alike count as one. */
export function fits(typed: string, group: string): "matches" | "differs" | number {
  const plain = (text: string) =>
    text
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, "")
      .replace(/[IL]/g, "1")
      .replaceAll("O", "0");
  const have = plain(typed);
  const want = plain(group);
  if (have === want) return "matches";
  return want.startsWith(have) ? want.length - have.length : "differs";
}
