import { describe, expect, it } from "vitest";
import { endOfWhole, sentences } from "../src/lib/text/sentences";

describe("endOfWhole", () => {
  it.each([
    ["From 07:00", ""],
    ["From 07:00. ", ""],
    ["From 07:00. R", "From 07:00."],
    ["From 07:00. [1] R", "From 07:00. [1]"],
    ["From 07:00. [", ""],
    ["“Yes.” **No.** M", "“Yes.” **No.**"],
    ["Steps:\n1. Go in", ""],
    ["One\n\nTwo", "One\n\n"],
    ["はい。次", "はい。"],
  ])("of %j is after %j", (text, whole) => {
    expect(text.slice(0, endOfWhole(text))).toBe(whole);
  });
});

it("splits into sentences and keeps what is left", () => {
  expect(sentences("One. Two! Three")).toEqual(["One.", "Two!", "Three"]);
});
