import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import Markdown from "../src/lib/components/Markdown.svelte";
import { mend } from "../src/lib/markdown/mend";
import { parse } from "../src/lib/markdown/parse";
import { spoken } from "../src/lib/markdown/spoken";
import type { Block, Inline } from "../src/lib/markdown/tree";

const html = (text: string) => render(Markdown, { text }).container;

const HOSTILE = [
  "<script>window.hit = 1</script>",
  "<img src=x onerror='window.hit = 1'>",
  "<iframe src='https://evil.example'></iframe>",
  "<style>* { display: none }</style>",
  "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
  "[press](javascript:alert(1))",
  "[press](JaVaScRiPt:alert(1))",
  "[press](data:text/html,<script>alert(1)</script>)",
  "[press](vbscript:x)",
  "![pixel](https://evil.example/p.png?leak=1)",
  "![pixel][ref]\n\n[ref]: https://evil.example/p.png",
  "[link](https://evil.example 'title')",
  "<https://evil.example>",
  "[x](file:///etc/passwd)",
  "a <b onclick=alert(1)>bold</b> &lt;script&gt;",
];

describe("what an answer may not do", () => {
  it.each(HOSTILE)("keeps %s inert", (text) => {
    const page = html(text);
    expect(
      page.querySelector("script, img, iframe, style, object, embed, a, link, form, svg a"),
    ).toBeNull();
    for (const element of page.querySelectorAll("*")) {
      for (const { name } of element.attributes) {
        expect(name).not.toMatch(/^(?:href|src|srcset|action|style|on.*|xlink:.*)$/);
      }
    }
  });

  it("shows raw HTML as the text it is", () => {
    expect(html("a <b>word</b>").textContent).toContain("<b>word</b>");
  });

  it("shows a link's words and lets its address be copied, not followed", () => {
    const page = html("See [the page](https://example.org/a).");
    expect(page.textContent).toContain("See the page");
    expect(page.querySelector("button")).toHaveAccessibleName("Copy address https://example.org/a");
  });

  it("offers no address for a scheme that it does not know", () => {
    expect(html("[x](javascript:alert(1))").querySelector("button")).toBeNull();
  });
});

const marks = (text: string, numbers: number[]): number[] => {
  const found: number[] = [];
  const inline = (nodes: Inline[]) => {
    for (const node of nodes) {
      if (node.type === "cite") found.push(node.number);
      if ("children" in node) inline(node.children);
    }
  };
  const blocks = (all: Block[]) => {
    for (const block of all) {
      if (block.type === "list") block.items.forEach(blocks);
      else if (block.type === "quote") blocks(block.children);
      else if ("children" in block) inline(block.children);
    }
  };
  blocks(parse(text, { citations: new Set(numbers) }));
  return found;
};

describe("citation marks", () => {
  it("come only from numbers that are cited", () => {
    expect(marks("One [1] two [7] three [2].", [1, 2])).toEqual([1, 2]);
  });

  it("are found side by side, in lists and in emphasis", () => {
    expect(marks("A [1][2]\n\n- b **c [1]**\n- d[2]", [1, 2])).toEqual([1, 2, 1, 2]);
  });

  it("are not made from links, code or reference lines", () => {
    expect(marks("`[1]` [1](https://x.example)\n\n[1]: https://x.example", [1])).not.toContain(2);
    expect(html("[1]: https://x.example").textContent).toContain("[1]: https://x.example");
  });
});

describe("mend", () => {
  it.each([
    ["Open **bold", "Open **bold**"],
    ["Open **bold ", "Open **bold**"],
    ["Open **bold*", "Open **bold**"],
    ["Open *", "Open"],
    ["Some `code", "Some `code`"],
    ["A source [1", "A source"],
    ["A [link](https://exam", "A link"],
    ["Text:\n-", "Text:"],
    ["Text:\n- one\n- ", "Text:\n- one"],
    ["Text\n\n2", "Text\n"],
    ["Text\n\n| a | b |\n| --", "Text"],
  ])("%j reads as %j", (text, expected) => {
    expect(mend(text).trimEnd()).toBe(expected.trimEnd());
  });

  it("leaves the inside of a code block alone", () => {
    expect(mend("```\na * b [")).toBe("```\na * b [");
  });

  it("never shows a half-written mark, wherever the stream is cut", () => {
    const answer =
      "Yes, **from 07:00 to 08:30**. [1]\n\n- Two visitors; *children* from six. [1]\n- Use `4B`. [2]";
    for (let end = 1; end < answer.length; end += 1) {
      const page = render(Markdown, {
        text: answer.slice(0, end),
        end: "growing",
        citations: new Set([1, 2]),
      });
      expect(page.container.textContent, `cut at ${end}`).not.toMatch(/[*`[\]]/);
      page.unmount();
    }
  });

  it("only ever grows downward: a block that was there stays of its kind", () => {
    const answer = "Intro words:\n- one\n- two\n\nEnd\n---\n\n1. a\n2. b";
    let kinds: string[] = [];
    for (let end = 1; end <= answer.length; end += 1) {
      const now = parse(answer.slice(0, end), { end: "growing" }).map((block) => block.type);
      expect(now.slice(0, Math.max(0, kinds.length - 1))).toEqual(
        kinds.slice(0, Math.max(0, kinds.length - 1)),
      );
      kinds = now;
    }
  });
});

it("reads sources aloud in words, before the full stop", () => {
  expect(spoken("Yes. [1] **Ring** first [2].\n\n- One [1]", new Set([1, 2]))).toBe(
    "Yes, source 1. Ring first, source 2.\n\nOne, source 1",
  );
});
