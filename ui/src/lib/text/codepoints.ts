/** Text cut at offsets that count Unicode code points, as the API counts them. */
import type { Span } from "../api/model";

export type Piece = { kind: "text"; text: string } | { kind: "hidden"; type: string };

/** How many code points a text has. */
export function length(text: string): number {
  let count = 0;
  for (const char of text) if (char) count += 1;
  return count;
}

/**
 * Splits a sanitised question into plain text and hidden details, in order.
 *
 * Spans may come unsorted; one that overlaps an earlier one, or lies outside the text, is left
 * out, so that no text is shown twice and none is lost.
 */
export function pieces(text: string, hidden: readonly Span[]): Piece[] {
  const chars = Array.from(text);
  const sorted = [...hidden].sort((a, b) => a.start - b.start);
  const out: Piece[] = [];
  let at = 0;
  for (const span of sorted) {
    if (span.start < at || span.end <= span.start || span.end > chars.length) continue;
    if (span.start > at) out.push({ kind: "text", text: chars.slice(at, span.start).join("") });
    out.push({ kind: "hidden", type: span.type });
    at = span.end;
  }
  if (at < chars.length) out.push({ kind: "text", text: chars.slice(at).join("") });
  return out;
}
