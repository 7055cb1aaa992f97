/**
 * Makes half-written markdown read as what it is about to become.
 *
 * Without this, `**bo` would show its asterisks until the closing ones arrive and then jump. What
 * cannot be judged yet (half a citation mark, a list bullet without words) is held back; it comes
 * with the next piece, and the finished text is never mended.
 */
export function mend(text: string): string {
  if (insideFence(text)) return text;
  // A space before a closing mark would keep it from closing; at the end it is not seen anyway.
  const held = holdBack(text).trimEnd();
  const tail = held.slice(lastBlockStart(held));
  return held + closing(tail);
}

function insideFence(text: string): boolean {
  return (text.match(/^ {0,3}(?:```|~~~)/gm) ?? []).length % 2 === 1;
}

const HELD_BACK: readonly RegExp[] = [
  /\[[^\]\n]{0,80}$/, // a citation mark, placeholder or link whose bracket is open
  /(?:\*+|_+|~+|`+)$/, // emphasis that may be opening, or closing by half
  /(?:^|\n)[ \t]*(?:[-+*>]|\d{1,3}[.)]?|#{1,6}|-{2,}|={2,})[ \t]*$/, // a line that is only its marker
];

function holdBack(text: string): string {
  let held = text.replace(/\[([^\]\n]*)\]\([^)\n]*$/, "$1");
  for (const pattern of HELD_BACK) held = held.replace(pattern, "");
  return holdTableHead(held);
}

// Rows are paragraphs to a parser until the line of dashes below the head is complete.
function holdTableHead(text: string): string {
  const start = lastBlockStart(text);
  const lines = text.slice(start).split("\n");
  if (!lines[0]?.trimStart().startsWith("|")) return text;
  const ruled = lines.length > 2 && /^[\s|:-]+$/.test(lines[1] ?? "");
  return ruled ? text : text.slice(0, start);
}

function lastBlockStart(text: string): number {
  let start = 0;
  for (const match of text.matchAll(/\n[ \t]*\n|\n(?=[ \t]*(?:[-+*]|\d{1,3}[.)])[ \t])/g)) {
    start = match.index + match[0].length;
  }
  return start;
}

function closing(tail: string): string {
  const ticks = (tail.match(/`/g) ?? []).length;
  if (ticks % 2 === 1) return "`";
  const words = tail.replace(/`[^`]*`/g, "").replace(/^[ \t]*\*[ \t]/, "");
  const double = (words.match(/\*\*/g) ?? []).length;
  const single = (words.replace(/\*\*/g, "").match(/\*/g) ?? []).length;
  return (single % 2 === 1 ? "*" : "") + (double % 2 === 1 ? "**" : "");
}
