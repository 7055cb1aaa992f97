/** Answers as they are read aloud or copied: words, and the sources named in words. */
import { t } from "../i18n/messages";
import { parse } from "./parse";
import { type Block, type Inline, plain } from "./tree";

/** The words of an answer, block by block; each mark becomes ", source n" before the full stop. */
export function spoken(answer: string, citations: ReadonlySet<number>): string {
  return parse(answer, { citations }).flatMap(wordsOf).join("\n\n");
}

function wordsOf(block: Block): string[] {
  switch (block.type) {
    case "paragraph":
    case "tight":
    case "heading":
      return [withSources(block.children)];
    case "list":
      return block.items.flatMap((item) => item.flatMap(wordsOf));
    case "quote":
      return block.children.flatMap(wordsOf);
    case "code":
      return [block.text];
    case "table":
      return [block.head, ...block.rows].map((row) => row.map(withSources).join(", "));
    case "rule":
      return [];
  }
}

function withSources(nodes: readonly Inline[]): string {
  let out = "";
  for (const node of nodes) {
    if (node.type !== "cite") {
      out += plain([node]);
      continue;
    }
    const source = t("aloud.source", { number: node.number });
    const stop = /[.!?…]["”’)]*$/.exec(out);
    out = stop ? out.slice(0, stop.index) + source + stop[0] : out + source;
  }
  return out.trim();
}
