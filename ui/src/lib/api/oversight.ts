/** Looking after the appliance: overview, alerts, audit log, retention, what people said. */
import { type ApiClient, segment } from "./client";
import type {
  Alert,
  AlertRule,
  AuditPage,
  AuditVerification,
  Checkpoint,
  Checkpoints,
  Examination,
  FeedbackEntry,
  Hold,
  ModelReport,
  Overview,
  ProcessingRecord,
  Purge,
  Retention,
} from "./model";
import type { SavedFile } from "./transport";

/** Which records of the audit log; times are ISO 8601. */
export interface AuditFilter {
  event?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  pseudonym?: string | undefined;
  turn?: string | undefined;
}

export interface NewHold {
  account?: string;
  class?: string;
  reason: string;
  until: string;
}

export class OversightApi {
  constructor(private readonly api: ApiClient) {}

  overview(): Promise<Overview> {
    return this.api.call("GET", "/api/overview");
  }

  /** How the model does. */
  model(): Promise<ModelReport> {
    return this.api.call("GET", "/api/model");
  }

  /** Tries the six promises now. */
  examine(): Promise<Examination> {
    return this.api.call("POST", "/api/doctor");
  }

  async alerts(): Promise<Alert[]> {
    const body = await this.api.call<{ items: Alert[] }>("GET", "/api/alerts");
    return body.items;
  }

  /** Says that somebody looks at it, or with a note how it was dealt with. */
  settle(id: string, note: string | null): Promise<Alert> {
    const patch = note === null ? { state: "acknowledged" } : { state: "closed", note };
    return this.api.call("PATCH", `/api/alerts/${segment(id)}`, patch);
  }

  async alertRules(): Promise<AlertRule[]> {
    const body = await this.api.call<{ items: AlertRule[] }>("GET", "/api/alerts/rules");
    return body.items;
  }

  setAlertRule(kind: string, threshold: number, windowS: number): Promise<AlertRule> {
    const patch = { kind, threshold, window_s: windowS };
    return this.api.call("PATCH", "/api/alerts/rules", patch);
  }

  /** Records of the audit log, the newest first, before the one numbered `before`. */
  audit(filter: AuditFilter, before: number | null, limit: number): Promise<AuditPage> {
    const paged = { ...filter, before: before?.toString(), limit: limit.toString() };
    return this.api.call("GET", `/api/audit${query(paged)}`);
  }

  /** Verifies the whole log, also against heads that were kept elsewhere. */
  verify(checkpoints: string | null): Promise<AuditVerification> {
    return this.api.call("POST", "/api/audit/verify", checkpoints === null ? {} : { checkpoints });
  }

  exportAudit(filter: AuditFilter): Promise<SavedFile> {
    const path = `/api/audit/export${query({ since: filter.since, until: filter.until })}`;
    return this.api.save("GET", path, undefined, "audit-log.jsonl");
  }

  checkpoints(): Promise<Checkpoints> {
    return this.api.call("GET", "/api/audit/checkpoints");
  }

  signCheckpoint(): Promise<Checkpoint> {
    return this.api.call("POST", "/api/audit/checkpoints");
  }

  async feedback(): Promise<FeedbackEntry[]> {
    const body = await this.api.call<{ items: FeedbackEntry[] }>("GET", "/api/feedback");
    return body.items;
  }

  async retention(): Promise<Retention[]> {
    const body = await this.api.call<{ items: Retention[] }>("GET", "/api/retention");
    return body.items;
  }

  async setRetention(name: string, hours: number): Promise<Retention[]> {
    const path = `/api/retention/${segment(name)}`;
    const body = await this.api.call<{ items: Retention[] }>("PATCH", path, {
      period_hours: hours,
    });
    return body.items;
  }

  /** Deletes what is due, or says what that is. */
  purge(dryRun: boolean): Promise<Purge> {
    return this.api.call("POST", "/api/retention/purge", { dry_run: dryRun });
  }

  async holds(): Promise<Hold[]> {
    const body = await this.api.call<{ items: Hold[] }>("GET", "/api/retention/holds");
    return body.items;
  }

  async placeHold(hold: NewHold): Promise<Hold[]> {
    const body = await this.api.call<{ items: Hold[] }>("POST", "/api/retention/holds", hold);
    return body.items;
  }

  async releaseHold(id: string): Promise<Hold[]> {
    const path = `/api/retention/holds/${segment(id)}`;
    const body = await this.api.call<{ items: Hold[] }>("DELETE", path);
    return body.items;
  }

  /** The record of processing activities, made when it is asked for. */
  processingRecord(): Promise<ProcessingRecord> {
    return this.api.call("GET", "/api/compliance/processing-record");
  }

  saveProcessingRecord(): Promise<SavedFile> {
    const path = "/api/compliance/processing-record";
    return this.api.save("GET", path, undefined, "processing-record.json");
  }
}

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]);
  const text = new URLSearchParams(given).toString();
  return text === "" ? "" : `?${text}`;
}
