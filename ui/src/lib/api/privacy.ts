/** What people may ask about their own data. */
import { type ApiClient, segment } from "./client";
import type { AccessLog, ConsentList, ErasureReceipt, Holdings, PrivacyNotice } from "./model";
import type { SavedFile } from "./transport";

export class PrivacyApi {
  constructor(private readonly api: ApiClient) {}

  /** What is held, for how long, and who read it. */
  holdings(): Promise<Holdings> {
    return this.api.call("GET", "/api/me/data");
  }

  notice(): Promise<PrivacyNotice> {
    return this.api.call("GET", "/api/privacy/notice");
  }

  consents(): Promise<ConsentList> {
    return this.api.call("GET", "/api/privacy/consents");
  }

  /** Gives a consent to what the notice of version `wording` says, or takes an objection back. */
  consent(purpose: string, wording: number): Promise<ConsentList> {
    return this.api.call("POST", "/api/privacy/consents", { purpose, wording });
  }

  /** Withdraws a consent, or objects to what needs none. */
  withdraw(purpose: string): Promise<ConsentList> {
    return this.api.call("DELETE", `/api/privacy/consents/${segment(purpose)}`);
  }

  /** The person's own requests, a page at a time. */
  accessLog(before: number | null): Promise<AccessLog> {
    const query = before === null ? "" : `?before=${before}`;
    return this.api.call("GET", `/api/me/access-log${query}`);
  }

  /** Saves everything that is held as one sealed file. */
  export(passphrase: string): Promise<SavedFile> {
    return this.api.save("POST", "/user_data/export", { passphrase }, "my-data.zip.age");
  }

  /**
   * Erases the person; with `rest`, what no legal hold keeps. A token stands in for a second
   * factor that there is not.
   */
  erase(rest: boolean, token: string | null): Promise<ErasureReceipt> {
    const request = { what_is_not_held: rest };
    return this.api.call(
      "DELETE",
      "/user_data/me",
      token === null ? request : { ...request, token },
    );
  }
}
