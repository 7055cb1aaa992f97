/** Sentences of running text, for reading aloud and for reduced motion. */

// A stop, what closes with it, and the citation marks that follow it, once the next word has begun;
// the stop of a list number ends nothing.
const END =
  /(?<!(?:^|\n)[ \t]*\d{1,3})[.!?…](?:["”’)\]*]|\s*\[\d+\])*(?=\s+[^\s[])|\n\s*\n|[。！？]/gu;

/** Where the last whole sentence ends, in UTF-16 units; 0 when none has ended yet. */
export function endOfWhole(text: string): number {
  let end = 0;
  for (const match of text.matchAll(END)) end = match.index + match[0].length;
  return end;
}

/** Splits text whose sentences are whole; what remains after the last end is the last item. */
export function sentences(text: string): string[] {
  const out: string[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    out.push(text.slice(start, end));
    start = end;
  }
  out.push(text.slice(start));
  return out.map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}
