/** Answers as plain text: no signs of markdown, lists still lists, marks still naming their source. */
import { parse } from "./parse";
import { type Block, type Inline, plain } from "./tree";

export function plainText(answer: string, citations: ReadonlySet<number>): string {
  return blocks(parse(answer, { citations })).join("\n\n");
}

function blocks(all: readonly Block[]): string[] {
  return all.map(blockText).filter((text) => text !== "");
}

function blockText(block: Block): string {
  switch (block.type) {
    case "paragraph":
    case "tight":
    case "heading":
      return line(block.children);
    case "list":
      return block.items
        .map((item, index) => {
          const mark = block.start === null ? "-" : `${block.start + index}.`;
          return `${mark} ${blocks(item).join("\n").replaceAll("\n", "\n  ")}`;
        })
        .join("\n");
    case "quote":
      return blocks(block.children).join("\n\n");
    case "code":
      return block.text.trimEnd();
    case "table":
      return [block.head, ...block.rows].map((row) => row.map(line).join("\t")).join("\n");
    case "rule":
      return "";
  }
}

function line(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => (node.type === "cite" ? `[${node.number}]` : plain([node])))
    .join("")
    .trim();
}
