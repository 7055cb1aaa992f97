/** Which key does what. Pure: an event and where it happened give an act or nothing. */

export type Act =
  | { act: "dismiss" | "copyAnswer" | "newConversation" | "focusComposer" | "listKeys" }
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
  /** In a browser, Alt takes the place of Ctrl, whose combinations the browser keeps. */
  place: "window" | "browser";
}

/** Gives the act of a key press, or `null` when the key is not ours. */
export function actOf(press: Press, context: KeyContext): Act | null {
  if (press.isComposing || press.metaKey) return null;
  if (press.key === "F6" && !press.ctrlKey && !press.altKey) {
    return { act: "nextRegion", back: press.shiftKey };
  }
  const held = context.place === "window" ? press.ctrlKey : press.altKey;
  const other = context.place === "window" ? press.altKey : press.ctrlKey;
  if (held && press.shiftKey && !other) {
    // `code`, because Shift and Alt change the letter on many layouts.
    if (press.code === "KeyC") return { act: "copyAnswer" };
    if (press.code === "KeyO") return { act: "newConversation" };
    return null;
  }
  if (press.ctrlKey || press.altKey) return null;
  if (press.key === "Escape") return { act: "dismiss" };
  if (context.typing || !context.single) return null;
  return single(press.key);
}

function single(key: string): Act | null {
  switch (key) {
    case "]":
      return { act: "stepSource", by: 1 };
    case "[":
      return { act: "stepSource", by: -1 };
    case "/":
      return { act: "focusComposer" };
    case "?":
      return { act: "listKeys" };
    default:
      return /^[1-9]$/.test(key) ? { act: "openSource", number: Number(key) } : null;
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
