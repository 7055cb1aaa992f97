/** A text cut where parts of it are marked; offsets are code points, and parts may overlap. */

export interface Piece {
  text: string;
  marked: boolean;
}

export function marked(text: string, spans: readonly { start: number; end: number }[]): Piece[] {
  const points = [...text];
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    const from = Math.max(start, at);
    if (end <= from) continue;
    if (from > at) pieces.push({ text: points.slice(at, from).join(""), marked: false });
    pieces.push({ text: points.slice(from, end).join(""), marked: true });
    at = end;
  }
  if (at < points.length) pieces.push({ text: points.slice(at).join(""), marked: false });
  return pieces;
}
