/** The site's own policies as one text, in the order in which they are listed. */
import type { Policy } from "../../../lib/api/model";

export function ownText(policies: readonly Policy[]): string {
  return policies
    .filter(({ own }) => own)
    .map(({ text }) => text.trim())
    .join("\n\n");
}
