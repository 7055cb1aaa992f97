/** Where one is in the administration, for the menu that small windows have instead of the side. */
import { getContext, setContext } from "svelte";
import type { Section } from "../sections";

export interface AdminPlace {
  readonly sections: readonly Section[];
  readonly section: string;
  go: (section: string) => void;
}

const PLACE = Symbol("place in the administration");

export function setPlace(place: AdminPlace): void {
  setContext(PLACE, place);
}

/** Nothing outside the administration, as when a section is shown alone. */
export function getPlace(): AdminPlace | undefined {
  return getContext<AdminPlace | undefined>(PLACE);
}
