/** Attributes of a person as lines of text: `team = north`. */

type Value = string | number | boolean;

export type Attributes = Record<string, Value>;

/** Writes attributes one a line, by name. */
export function written(attributes: Record<string, unknown>): string {
  return Object.keys(attributes)
    .toSorted()
    .map((name) => `${name} = ${String(attributes[name])}`)
    .join("\n");
}

/** Reads them; `null` where a line is no attribute. Whole numbers, true and false are themselves. */
export function read(text: string): Attributes | null {
  const attributes: Attributes = {};
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    attributes[name] = valueOf(value);
  }
  return attributes;
}

function valueOf(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  const whole = Number(text);
  return /^-?\d+$/.test(text) && Number.isSafeInteger(whole) ? whole : text;
}
