/** Setting an appliance up, and opening one whose store is sealed. */
import { type ApiClient, segment } from "./client";
import type { Account, Examination, KeySlot, Session, UnlockState } from "./model";

export class SetupApi {
  constructor(private readonly api: ApiClient) {}

  /** Stands in for an administrator until there is one. */
  operate(): Promise<Session> {
    return this.api.call("POST", "/api/session/operator");
  }

  async makeAdministrator(name: string, password: string): Promise<Account> {
    const form = { name, password, roles: ["admin"] };
    const body = await this.api.call<{ account: Account }>("POST", "/api/accounts", form);
    return body.account;
  }

  async keys(): Promise<KeySlot[]> {
    const body = await this.api.call<{ items: KeySlot[] }>("GET", "/api/keys");
    return body.items;
  }

  addPassphrase(passphrase: string): Promise<KeySlot> {
    return this.api.call("POST", "/api/keys", { kind: "passphrase", passphrase });
  }

  removeKey(id: number): Promise<void> {
    return this.api.call("DELETE", `/api/keys/${segment(String(id))}`);
  }

  /** Makes the recovery code that opens the store when all else is lost. */
  async makeRecoveryCode(): Promise<string> {
    const body = await this.api.call<{ code: string }>("POST", "/api/keys/recovery");
    return body.code;
  }

  confirmRecoveryCode(code: string): Promise<void> {
    return this.api.call("POST", "/api/keys/recovery/confirm", { code });
  }

  /** Tries the six promises. */
  examine(): Promise<Examination> {
    return this.api.call("POST", "/api/doctor");
  }

  /** What opens the sealed store. */
  unlockState(): Promise<UnlockState> {
    return this.api.call("GET", "/api/unlock");
  }

  /** Opens it by what was typed; by nothing, tries again what needs nobody. */
  unlock(typed: { passphrase?: string; recovery_code?: string }): Promise<void> {
    return this.api.call("POST", "/api/unlock", typed);
  }
}
