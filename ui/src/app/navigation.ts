/** Which parts of the page a session opens. Each act asks the policy again. */
import type { Session } from "../lib/api/model";
import type { DataPart, Place } from "./places.svelte";

/** Permissions of which each opens some part of the administration. */
const ADMINISTERS: ReadonlySet<string> = new Set([
  "manage_people",
  "manage_roles",
  "manage_policy",
  "manage_models",
  "import_knowledge",
  "release_quarantine",
  "edit_labels",
  "read_audit",
  "verify_audit",
  "read_compliance",
  "request_log_access",
  "grant_log_access",
  "backup",
  "restore",
  "configure",
]);

/** Whether the administration has something for the reader of this session. */
export function administers(session: Session | null): boolean {
  return session?.permissions.some((permission) => ADMINISTERS.has(permission)) ?? false;
}

/** Whether a place can be shown to the reader of this session; else the conversation is. */
export function isOpenTo(place: Place, session: Session | null): boolean {
  switch (place.name) {
    case "chat":
    case "sign-in":
    case "setup":
      return true;
    case "data":
      return session !== null && (forEverybody(place.part) || session.kind === "account");
    case "admin":
      return administers(session);
  }
}

/** Whether a part of one's own data is there for guests too. */
export function forEverybody(part: DataPart): boolean {
  return part === "held" || part === "consents";
}
