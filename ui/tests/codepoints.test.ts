import { describe, expect, it } from "vitest";
import { length, pieces } from "../src/lib/text/codepoints";

const show = (text: string, spans: [number, number, string][]) =>
  pieces(
    text,
    spans.map(([start, end, type]) => ({ start, end, type })),
  ).map((piece) => (piece.kind === "text" ? piece.text : `<${piece.type}>`));

describe("pieces", () => {
  it("cuts plain text around each hidden detail", () => {
    expect(show("Ring [PHONE] now", [[5, 12, "PHONE"]])).toEqual(["Ring ", "<PHONE>", " now"]);
  });

  it("counts code points, so that astral characters before a detail do not shift it", () => {
    const text = "𝔐𝔶 🏥👩\u200D⚕️ is [EMAIL] 𝕏";
    const start = Array.from("𝔐𝔶 🏥👩\u200D⚕️ is ").length;
    expect(show(text, [[start, start + 7, "EMAIL"]])).toEqual([
      "𝔐𝔶 🏥👩\u200D⚕️ is ",
      "<EMAIL>",
      " 𝕏",
    ]);
  });

  it("sorts spans, and leaves out those that overlap or lie outside", () => {
    expect(
      show("[A] and [B]", [
        [8, 11, "B"],
        [0, 3, "A"],
        [1, 2, "OVERLAP"],
        [9, 40, "OUTSIDE"],
        [5, 5, "EMPTY"],
      ]),
    ).toEqual(["<A>", " and ", "<B>"]);
  });

  it("shows a question that is one detail and nothing else", () => {
    expect(show("[REDACTED]", [[0, 10, "SSN"]])).toEqual(["<SSN>"]);
  });
});

it("measures a text in code points", () => {
  expect(length("a𝔐🏥")).toBe(3);
});
