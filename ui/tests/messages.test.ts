import { describe, expect, it } from "vitest";
import { hiddenKind } from "../src/lib/i18n/hidden";
import { date, duration, list, ordinal, seconds, t, timeOfDay } from "../src/lib/i18n/messages";

describe("messages", () => {
  it("chooses the plural by the language's rules", () => {
    expect(t("question.hidden", { count: 1 })).toBe("1 detail was hidden before anything read it.");
    expect(t("question.hidden", { count: 2 })).toBe(
      "2 details were hidden before anything read them.",
    );
  });

  it("fills numbers by locale and words as they are", () => {
    expect(t("composer.tooLong", { count: 1200, limit: 8000 })).toBe(
      "1,200 characters too many. The limit is 8,000.",
    );
    expect(t("answer.citation", { number: 1, title: "{number} $&" })).toBe("Source 1: {number} $&");
  });

  it("says times in words", () => {
    expect(duration(24)).toBe("24 seconds");
    expect(duration(0.2)).toBe("1 second");
    expect(duration(120)).toBe("about 2 minutes");
    expect(duration(-3)).toBe("0 seconds");
    expect(seconds(3449)).toBe("3.4");
  });

  it("says places in line", () => {
    expect([2, 9, 11, 12, 21, 22, 23, 113].map(ordinal)).toEqual([
      "second",
      "ninth",
      "11th",
      "12th",
      "21st",
      "22nd",
      "23rd",
      "113th",
    ]);
  });

  it("shows nothing for what is no time", () => {
    expect([timeOfDay("soon"), date("")]).toEqual(["", ""]);
    expect(date("2026-03-02T12:00:00Z")).toBe("2 March 2026");
  });

  it("joins phrases and names kinds, the unknown too", () => {
    expect(list(["EMAIL", "NEW_KIND"].map((type) => hiddenKind(type).phrase))).toBe(
      "an email address and a personal detail",
    );
  });
});
