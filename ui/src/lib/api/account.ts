/** What people do with their own account: sign in, show and set up a second factor, end sign-ins. */
import { type ApiClient, segment } from "./client";
import type { Enrolment, Me, OwnSession, Session } from "./model";

export class AccountApi {
  constructor(private readonly api: ApiClient) {}

  signIn(name: string, password: string, code: string | null): Promise<Session> {
    const form = code === null ? { name, password } : { name, password, code };
    return this.api.callOnce("POST", "/api/session/sign-in", form);
  }

  /** Shows a second factor again; it counts as fresh for five minutes. */
  elevate(code: string): Promise<Session> {
    return this.api.callOnce("POST", "/api/session/elevate", { code });
  }

  me(): Promise<Me> {
    return this.api.call("GET", "/api/me");
  }

  changePassword(old: string, chosen: string): Promise<void> {
    return this.api.call("POST", "/api/me/password", { old, new: chosen });
  }

  /** Begins to set up an authenticator. */
  enrol(): Promise<Enrolment> {
    return this.api.call("POST", "/api/me/second-factor");
  }

  /** Confirms the authenticator by its first code; gives the codes on paper that stand in for it. */
  async confirm(code: string): Promise<string[]> {
    const path = "/api/me/second-factor/confirm";
    const body = await this.api.callOnce<{ codes: string[] }>("POST", path, { code });
    return body.codes;
  }

  removeAuthenticator(): Promise<void> {
    return this.api.call("DELETE", "/api/me/second-factor");
  }

  async renewPaperCodes(): Promise<string[]> {
    const body = await this.api.call<{ codes: string[] }>("POST", "/api/me/recovery-codes");
    return body.codes;
  }

  async sessions(): Promise<OwnSession[]> {
    const body = await this.api.call<{ items: OwnSession[] }>("GET", "/api/sessions");
    return body.items;
  }

  endSession(id: string): Promise<void> {
    return this.api.call("DELETE", `/api/sessions/${segment(id)}`);
  }

  endOtherSessions(): Promise<void> {
    return this.api.call("DELETE", "/api/sessions");
  }
}
