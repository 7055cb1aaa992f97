/**
 * The few shapes that an answer or passage may take on the page.
 *
 * Text becomes this tree and the tree becomes elements; there is no HTML string anywhere, so what
 * is not named here (scripts, raw HTML, pictures, live links) cannot be shown.
 */
export type Inline =
  | { type: "text"; text: string }
  | { type: "code"; text: string }
  | { type: "strong" | "em" | "strike"; children: Inline[] }
  | { type: "break" }
  | { type: "link"; address: string; children: Inline[] }
  | { type: "picture"; alt: string }
  | { type: "cite"; number: number }
  | { type: "caret" };

export type Block =
  | { type: "paragraph" | "tight"; children: Inline[] }
  | { type: "heading"; level: number; children: Inline[] }
  | { type: "list"; start: number | null; items: Block[][] }
  | { type: "quote"; children: Block[] }
  | { type: "code"; text: string }
  | { type: "rule" }
  | { type: "table"; head: Inline[][]; rows: Inline[][][] };

/** The text of inline nodes as it is read, citation marks left out. */
export function plain(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case "text":
        case "code":
          return node.text;
        case "strong":
        case "em":
        case "strike":
        case "link":
          return plain(node.children);
        case "break":
          return " ";
        case "picture":
          return node.alt;
        case "cite":
        case "caret":
          return "";
      }
    })
    .join("");
}
