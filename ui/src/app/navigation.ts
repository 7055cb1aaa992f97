/** Which parts of the page a session opens. Each act asks the policy again. */
import { sectionsFor } from "../features/admin/sections";
import type { Session } from "../lib/api/model";
import type { DataPart, Place } from "./places.svelte";

/** Whether the administration has something for the reader of this session. */
export function administers(session: Session | null): boolean {
  return sectionsFor(session).length > 0;
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
