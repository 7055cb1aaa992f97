/** Turns markdown into the tree that the page can show. */
import MarkdownIt, { type Token } from "markdown-it";
import { mend } from "./mend";
import type { Block, Inline } from "./tree";

export interface ParseOptions {
  /** Numbers that may become citation marks; any other `[n]` stays text. */
  citations?: ReadonlySet<number>;
  /** Whether text still arrives (then a caret ends it), was cut off, or is whole. */
  end?: "growing" | "cut" | "whole";
}

// `lheading` would turn a paragraph into a heading when a list begins below it, and `reference`
// would swallow lines such as "[1]: …"; neither is worth that in an answer.
const markdown = new MarkdownIt("default", { html: false, linkify: false, typographer: false });
markdown.disable(["lheading", "reference"]);

const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)/i;
const MARK = /\[(\d{1,3})\]/g;

/** Parses an answer or passage; never fails, whatever the text holds. */
export function parse(text: string, options: ParseOptions = {}): Block[] {
  const end = options.end ?? "whole";
  const tokens = markdown.parse(end === "whole" ? text : mend(text), {});
  const blocks = readBlocks(new Cursor(tokens), null, options.citations ?? new Set());
  if (end === "growing") addCaret(blocks);
  return blocks;
}

class Cursor {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  next(): Token | undefined {
    return this.tokens[this.#at++];
  }
}

type Numbers = ReadonlySet<number>;

function readBlocks(cursor: Cursor, until: string | null, numbers: Numbers): Block[] {
  const out: Block[] = [];
  for (let token = cursor.next(); token && token.type !== until; token = cursor.next()) {
    switch (token.type) {
      case "paragraph_open":
        out.push({
          type: token.hidden ? "tight" : "paragraph",
          children: readInlineUntil(cursor, "paragraph_close", numbers),
        });
        break;
      case "heading_open":
        out.push({
          type: "heading",
          level: Number(token.tag.slice(1)),
          children: readInlineUntil(cursor, "heading_close", numbers),
        });
        break;
      case "bullet_list_open":
        out.push({
          type: "list",
          start: null,
          items: readItems(cursor, "bullet_list_close", numbers),
        });
        break;
      case "ordered_list_open":
        out.push({
          type: "list",
          start: Number(token.attrGet("start") ?? 1),
          items: readItems(cursor, "ordered_list_close", numbers),
        });
        break;
      case "blockquote_open":
        out.push({ type: "quote", children: readBlocks(cursor, "blockquote_close", numbers) });
        break;
      case "table_open":
        out.push(readTable(cursor, numbers));
        break;
      case "fence":
      case "code_block":
        out.push({ type: "code", text: token.content.replace(/\n$/, "") });
        break;
      case "hr":
        out.push({ type: "rule" });
        break;
      default:
        if (token.content) out.push({ type: "paragraph", children: [text(token.content)] });
    }
  }
  return out;
}

function readItems(cursor: Cursor, until: string, numbers: Numbers): Block[][] {
  const items: Block[][] = [];
  for (let token = cursor.next(); token && token.type !== until; token = cursor.next()) {
    if (token.type === "list_item_open") items.push(readBlocks(cursor, "list_item_close", numbers));
  }
  return items;
}

function readTable(cursor: Cursor, numbers: Numbers): Block {
  const rows: Inline[][][] = [];
  for (let token = cursor.next(); token && token.type !== "table_close"; token = cursor.next()) {
    if (token.type === "tr_open") rows.push([]);
    if (token.type === "inline") rows.at(-1)?.push(readInline(token, numbers));
  }
  return { type: "table", head: rows[0] ?? [], rows: rows.slice(1) };
}

function readInlineUntil(cursor: Cursor, until: string, numbers: Numbers): Inline[] {
  const out: Inline[] = [];
  for (let token = cursor.next(); token && token.type !== until; token = cursor.next()) {
    if (token.type === "inline") out.push(...readInline(token, numbers));
  }
  return out;
}

function readInline(token: Token, numbers: Numbers): Inline[] {
  return readSpans(new Cursor(token.children ?? []), null, numbers);
}

function readSpans(cursor: Cursor, until: string | null, numbers: Numbers): Inline[] {
  const out: Inline[] = [];
  for (let token = cursor.next(); token && token.type !== until; token = cursor.next()) {
    switch (token.type) {
      case "strong_open":
        out.push({ type: "strong", children: readSpans(cursor, "strong_close", numbers) });
        break;
      case "em_open":
        out.push({ type: "em", children: readSpans(cursor, "em_close", numbers) });
        break;
      case "s_open":
        out.push({ type: "strike", children: readSpans(cursor, "s_close", numbers) });
        break;
      case "link_open":
        out.push(...inertLink(token, readSpans(cursor, "link_close", numbers)));
        break;
      case "image":
        out.push({ type: "picture", alt: token.content });
        break;
      case "code_inline":
        out.push({ type: "code", text: token.content });
        break;
      case "softbreak":
        out.push(text(" "));
        break;
      case "hardbreak":
        out.push({ type: "break" });
        break;
      default:
        out.push(...withMarks(token.content, numbers));
    }
  }
  return out;
}

function inertLink(token: Token, children: Inline[]): Inline[] {
  const address = String(token.attrGet("href") ?? "");
  return ADDRESS.test(address) ? [{ type: "link", address, children }] : children;
}

function withMarks(content: string, numbers: Numbers): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  for (const match of content.matchAll(MARK)) {
    const number = Number(match[1]);
    if (!numbers.has(number)) continue;
    // A mark sits against the word before it, as a numeral in a printed page does.
    const before = content.slice(at, match.index).replace(/ +$/, "");
    if (before) out.push(text(before));
    out.push({ type: "cite", number });
    at = match.index + match[0].length;
  }
  if (at < content.length) out.push(text(content.slice(at)));
  return out;
}

function text(content: string): Inline {
  return { type: "text", text: content };
}

function addCaret(blocks: Block[]): void {
  const last = blocks.at(-1);
  switch (last?.type) {
    case "paragraph":
    case "tight":
    case "heading":
      last.children.push({ type: "caret" });
      break;
    case "list": {
      const item = last.items.at(-1);
      if (item) addCaret(item);
      break;
    }
    case "quote":
      addCaret(last.children);
      break;
    default:
      blocks.push({ type: "paragraph", children: [{ type: "caret" }] });
  }
}
