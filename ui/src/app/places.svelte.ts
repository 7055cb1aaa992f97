/** Where one is in the page, kept in the address behind the `#`, so that back and reload work. */

export const DATA_PARTS = ["held", "consents", "sign-ins", "security"] as const;
export type DataPart = (typeof DATA_PARTS)[number];

export type Place =
  | { name: "chat" }
  | { name: "sign-in" }
  | { name: "setup" }
  | { name: "data"; part: DataPart }
  | { name: "admin"; section: string };

/** Reads a place from an address; what is no place is the conversation. */
export function placeOf(hash: string): Place {
  const [, name = "", rest = ""] = hash.split("/");
  switch (name) {
    case "sign-in":
    case "setup":
      return { name };
    case "data":
      return { name, part: DATA_PARTS.find((part) => part === rest) ?? "held" };
    case "admin":
      return { name, section: /^[a-z-]+$/.test(rest) ? rest : "overview" };
    default:
      return { name: "chat" };
  }
}

/** Writes a place as an address. */
export function addressOf(place: Place): string {
  switch (place.name) {
    case "data":
      return place.part === "held" ? "#/data" : `#/data/${place.part}`;
    case "admin":
      return `#/admin/${place.section}`;
    case "chat":
    case "sign-in":
    case "setup":
      return `#/${place.name}`;
  }
}

export class Places {
  current = $state.raw<Place>(placeOf(location.hash));

  /** Follows the address; the returned function stops that. */
  watch(): () => void {
    const follow = () => (this.current = placeOf(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }

  go(place: Place): void {
    this.current = place;
    if (location.hash !== addressOf(place)) location.hash = addressOf(place);
  }

  /** Goes there without leaving a way back, as after signing in. */
  replace(place: Place): void {
    this.current = place;
    history.replaceState(null, "", addressOf(place));
  }
}
