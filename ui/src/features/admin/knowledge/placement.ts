/** Whom a document is confined to, as a form has it: names, and roles apart by commas. */
import type { Placement } from "../../../lib/api/model";

export interface PlacementForm {
  owner: string;
  team: string;
  region: string;
  roles: string;
}

export function formOf({ owner, team, region, roles }: Placement): PlacementForm {
  return { owner: owner ?? "", team: team ?? "", region: region ?? "", roles: roles.join(", ") };
}

/** What the form says; how long the document is valid stays as it was. */
export function placementOf(form: PlacementForm, was: Placement): Placement {
  const { valid_from, valid_until } = was;
  const named = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    owner: named(form.owner),
    team: named(form.team),
    region: named(form.region),
    roles: form.roles.split(/[\s,]+/).filter((role) => role !== ""),
    valid_from,
    valid_until,
  };
}
