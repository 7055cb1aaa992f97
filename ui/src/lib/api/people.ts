/** Accounts, as those who look after people see and change them. */
import { type ApiClient, segment } from "./client";
import type { Account, Correction, ErasureToken, MadeAccount, NewAccount } from "./model";

/** What changes of an account; what is left out stays. */
export interface PersonEdit {
  name?: string;
  roles?: string[];
  attributes?: Record<string, string | number | boolean>;
}

export class PeopleApi {
  constructor(private readonly api: ApiClient) {}

  async list(): Promise<Account[]> {
    const body = await this.api.call<{ items: Account[] }>("GET", "/api/accounts");
    return body.items;
  }

  /** Makes an account; its first password is in the answer, and nowhere else. */
  make(form: NewAccount): Promise<MadeAccount> {
    return this.api.call("POST", "/api/accounts", form);
  }

  change(id: string, edit: PersonEdit): Promise<Account> {
    return this.api.call("PATCH", `/api/accounts/${segment(id)}`, edit);
  }

  setActive(id: string, active: boolean): Promise<Account> {
    const act = active ? "enable" : "disable";
    return this.api.call("POST", `/api/accounts/${segment(id)}/${act}`);
  }

  /** Gives a new password, and destroys the key of the conversations of the account. */
  async reset(id: string): Promise<string> {
    const path = `/api/accounts/${segment(id)}/reset`;
    const body = await this.api.call<{ password: string }>("POST", path);
    return body.password;
  }

  remove(id: string): Promise<void> {
    return this.api.call("DELETE", `/api/accounts/${segment(id)}`);
  }

  /** Keeps the data of the person without processing them, or lifts that. */
  setRestricted(id: string, restricted: boolean): Promise<void> {
    const method = restricted ? "PUT" : "DELETE";
    return this.api.call(method, `/user_data/${segment(id)}/restriction`);
  }

  /** Confirms that it is the person who wants to be erased; the token is for them. */
  confirmErasure(id: string): Promise<ErasureToken> {
    return this.api.call("POST", `/user_data/${segment(id)}/erase-request`);
  }

  async corrections(): Promise<Correction[]> {
    const body = await this.api.call<{ items: Correction[] }>("GET", "/api/corrections");
    return body.items;
  }

  decide(correction: number, decision: "done" | "declined"): Promise<void> {
    return this.api.call("POST", `/api/corrections/${correction}`, { decision });
  }
}
