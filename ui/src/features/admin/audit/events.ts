/** The audit log's events, by what they are about, and what a record says of its subject. */
import type { AuditRecord } from "../../../lib/api/model";
import { isKey, type PlainKey, t } from "../../../lib/i18n/messages";

/** Every event of the log, by the name that exports have too. */
export const EVENTS = [
  "account_changed",
  "account_created",
  "account_deleted",
  "account_reset",
  "alert_changed",
  "alert_raised",
  "audit_exported",
  "audit_read",
  "audit_verified",
  "authorisation_denied",
  "authorisation_granted",
  "backup_drilled",
  "backup_made",
  "backup_restored",
  "capability_exceeded",
  "checkpoint_signed",
  "clock_confirmed",
  "clock_jumped",
  "consent_changed",
  "conversation_deleted",
  "data_corrected",
  "data_erased",
  "data_exported",
  "data_restricted",
  "document_imported",
  "document_removed",
  "hold_changed",
  "key_slot_added",
  "key_slot_removed",
  "keys_rotated",
  "knowledge_replaced",
  "locked_out",
  "log_access_decided",
  "log_access_ended",
  "log_access_requested",
  "log_access_used",
  "model_loaded",
  "notice_published",
  "password_changed",
  "peer_blocked",
  "peer_released",
  "policy_changed",
  "policy_decided",
  "policy_proposed",
  "purged",
  "recovery_code_used",
  "recovery_codes_made",
  "recovery_confirmed",
  "recovery_used",
  "role_changed",
  "second_factor_added",
  "second_factor_removed",
  "session_elevated",
  "session_ended",
  "session_started",
  "sessions_orphaned",
  "sessions_revoked",
  "setting_changed",
  "sign_in_failed",
  "signed_in",
  "turn_authorised",
  "turn_completed",
  "turn_refused",
  "vault_created",
] as const;

/** What an event is called; one that this page does not know keeps its own name. */
export function eventName(event: string): string {
  const key = `audit.name.${event}`;
  return isKey(key) ? t(key as PlainKey) : event;
}

export type Tint = "t-ok" | "t-info" | "t-warn" | "t-danger" | "";

const REFUSED = /denied|refused|failed|locked_out|blocked/;
const GRAVE = /deleted|erased|exceeded|jumped|purged|removed|revoked/;
const GIVEN = /granted|authorised|completed|signed_in|verified|confirmed/;

/** How an event is tinted; its name says it again. */
export function tintOf(event: string): Tint {
  if (REFUSED.test(event)) return "t-warn";
  if (GRAVE.test(event)) return "t-danger";
  if (GIVEN.test(event)) return "t-ok";
  return "";
}

/** The particulars in a line: `kind operator, second_factor 0`. */
export function about(record: AuditRecord): string {
  const parts = Object.entries(record.body).filter(([, value]) => isShort(value));
  return parts.map(([name, value]) => `${name} ${String(value)}`).join(", ");
}

/** All particulars, as names and values. */
export function particulars(record: AuditRecord): { name: string; value: string }[] {
  return Object.entries(record.body).map(([name, value]) => {
    return { name, value: typeof value === "object" ? JSON.stringify(value) : String(value) };
  });
}

const LONGEST = 40;

function isShort(value: unknown): boolean {
  return (
    typeof value !== "object" &&
    String(value).length < LONGEST &&
    !/^[0-9a-f]{32}$/.test(String(value))
  );
}
