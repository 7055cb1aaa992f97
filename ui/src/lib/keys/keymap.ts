/** Which key does what. Pure: an event, the keys as they are set, and where it happened give an act. */

/** What a key can be set to, in the order in which the keys are listed. */
export const COMMANDS = [
  "palette",
  "newConversation",
  "copyAnswer",
  "toggleSide",
  "lock",
  "display",
  "nextRegion",
  "nextSource",
  "previousSource",
  "focusComposer",
  "listKeys",
] as const;
export type Command = (typeof COMMANDS)[number];

/** A key with what is held, such as `Ctrl+Shift+KeyC` or `/`; `null` where a command has no key. */
export type Chord = string;
export type Bindings = Readonly<Record<Command, Chord | null>>;

export type Act =
  | { act: Exclude<Command, "nextRegion" | "nextSource" | "previousSource"> | "dismiss" }
  | { act: "nextRegion"; back: boolean }
  | { act: "stepSource"; by: 1 | -1 }
  | { act: "openSource"; number: number };

/** The parts of a keyboard event that matter here. */
export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
}

export interface KeyContext {
  /** True when letters go into a field. */
  typing: boolean;
  /** True when single-letter keys are switched on. */
  single: boolean;
  bindings: Bindings;
}

const SINGLE = {
  nextRegion: "F6",
  nextSource: "]",
  previousSource: "[",
  focusComposer: "/",
  listKeys: "?",
} as const;

const WINDOW: Bindings = {
  ...SINGLE,
  palette: "Ctrl+KeyK",
  newConversation: "Ctrl+Shift+KeyO",
  copyAnswer: "Ctrl+Shift+KeyC",
  toggleSide: "Ctrl+Shift+KeyS",
  lock: "Ctrl+KeyL",
  display: "Ctrl+Comma",
};

// A browser keeps most of Ctrl for itself.
const BROWSER: Bindings = {
  ...SINGLE,
  palette: "Ctrl+KeyK",
  newConversation: "Alt+Shift+KeyO",
  copyAnswer: "Alt+Shift+KeyC",
  toggleSide: "Alt+Shift+KeyS",
  lock: "Alt+Shift+KeyL",
  display: "Alt+Shift+Comma",
};

/** The keys as they come. */
export function defaults(place: "window" | "browser"): Bindings {
  return place === "window" ? WINDOW : BROWSER;
}

/** The chord of a key press; `null` for what cannot be one, such as Shift alone. */
export function chordOf(press: Press): Chord | null {
  if (press.isComposing || press.metaKey || MODIFIERS.has(press.key)) return null;
  // `code`, because Shift and Alt change the letter on many layouts; alone, a key is what it writes.
  const held = press.ctrlKey || press.altKey;
  const parts = [press.ctrlKey && "Ctrl", press.altKey && "Alt"];
  if (held || press.key.length > 1) parts.push(press.shiftKey && "Shift");
  parts.push(held && press.code !== "" ? press.code : press.key);
  return parts.filter(Boolean).join("+");
}

const MODIFIERS: ReadonlySet<string> = new Set([
  "Control",
  "Alt",
  "AltGraph",
  "Shift",
  "Meta",
  "CapsLock",
  "Dead",
]);

/** The parts of a chord as people know them: Ctrl, Shift, C. */
export function spelled(chord: Chord): string[] {
  if (chord === "+") return [chord];
  const names: Record<string, string> = { Comma: ",", Period: ".", Slash: "/", Minus: "-" };
  return chord.split("+").map((part) => names[part] ?? part.replace(/^(Key|Digit)/, ""));
}

/** True for a key that writes a letter when it goes into a field. */
export function isSingle(chord: Chord): boolean {
  return [...chord].length === 1;
}

/** Gives the act of a key press, or `null` when the key is not ours. */
export function actOf(press: Press, context: KeyContext): Act | null {
  const chord = chordOf(press);
  if (chord === null) return null;
  if (chord === "Escape") return { act: "dismiss" };
  if (isSingle(chord) && (context.typing || !context.single)) return null;
  const back = chord === `Shift+${context.bindings.nextRegion}`;
  const command = COMMANDS.find((each) => context.bindings[each] === chord);
  if (command === undefined && !back) {
    return /^[1-9]$/.test(chord) ? { act: "openSource", number: Number(chord) } : null;
  }
  switch (command) {
    case undefined:
    case "nextRegion":
      return { act: "nextRegion", back };
    case "nextSource":
      return { act: "stepSource", by: 1 };
    case "previousSource":
      return { act: "stepSource", by: -1 };
    default:
      return { act: command };
  }
}

/** True when a key press in this element writes into it. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement &&
      !["checkbox", "radio", "button"].includes(target.type)) ||
    (target instanceof HTMLElement && target.isContentEditable === true)
  );
}
