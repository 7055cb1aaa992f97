import { describe, expect, it } from "vitest";
import type { Outcome, Turn } from "../src/lib/api/model";
import { type NoticeContext, noticeOf } from "../src/features/chat/notice";
import { fromRecord, lost } from "../src/features/chat/turn";
import { CITATIONS, ended } from "./fake-api";

const NOW = new Date("2026-03-02T14:02:05Z");
const context: NoticeContext = { now: NOW, perMinute: 10, role: "public" };
const notice = (outcome: Outcome, change: Partial<Turn> = {}) =>
  noticeOf(fromRecord(ended(outcome, change), NOW), context);
const topics = [{ id: "a", question: "Where do I park?" }];

describe("noticeOf", () => {
  it.each<Outcome>(["answered", "small_talk", "clarify"])("lets %s speak for itself", (outcome) => {
    expect(notice(outcome, { answer: "Yes." })).toBeNull();
  });

  it.each<[Outcome, Partial<Turn>, string, string]>([
    ["redirected", {}, "Let’s stay with what this desk can do", "not something I answer here."],
    ["redirected", { reason: "self_harm" }, "You don’t have to carry this alone", "someone now"],
    ["blocked", { reason: "injection" }, "I can’t act on that message", "The model never saw it"],
    ["blocked", { reason: "cooldown", retry_after_s: 30 }, "Questions are paused", "28 seconds"],
    ["denied", {}, "Your role does not open this", "Nothing was looked up."],
    ["mfa_required", {}, "One more step is needed", "authenticator"],
    ["out_of_scope", {}, "I have nothing on that", "I won’t guess."],
    ["escalated", {}, "A person will take it from here", "without the hidden details"],
    ["rate_limited", { retry_after_s: 24 }, "A short pause", "10 messages a minute"],
    ["cancelled", { answer: "Yes" }, "Stopped by you", "counts as unfinished"],
    ["cancelled", {}, "Stopped by you", "Nothing had been written"],
    ["failed", { reason: "worker_ended", answer: "Y" }, "The answer stopped half-way", "starting"],
    ["failed", { reason: "worker_ended" }, "No answer was written", "starting again"],
    ["failed", { reason: "model_missing" }, "No model is loaded yet", "I can’t write answers."],
    ["failed", { reason: "deadline" }, "The answer took too long", "time limit"],
    ["failed", { reason: "busy" }, "Too many are asking at once", "line is full"],
    [
      "failed",
      { reason: "never_heard_of" as never },
      "No answer was written",
      "Something went wrong",
    ],
  ])("words %s with %j", (outcome, change, title, part) => {
    const found = notice(outcome, change);
    expect(found?.title).toBe(title);
    expect(found?.text).toContain(part);
  });

  it("takes the site's own words where only the site can know them", () => {
    const words = "The chaplain’s line is 4400.";
    expect(notice("redirected", { reason: "self_harm", answer: words })?.body).toBe(words);
    expect(notice("denied", { answer: words })?.body).toBe(words);
    expect(notice("blocked", { reason: "injection", answer: words })?.body).toBeUndefined();
  });

  it("offers only next steps that work", () => {
    expect(notice("out_of_scope")?.acts).toEqual([]);
    expect(notice("out_of_scope", { topics })?.acts).toEqual(["topics"]);
    expect(notice("failed", { reason: "model_missing" })?.acts).toEqual([]);
    expect(notice("failed", { reason: "model_missing", citations: CITATIONS })?.acts).toEqual([
      "passages",
    ]);
    expect(notice("blocked", { reason: "injection" })?.acts).toEqual(["edit"]);
  });

  it("says when a pause is over", () => {
    const turn = fromRecord(ended("rate_limited", { retry_after_s: 1 }), NOW);
    expect(noticeOf(turn, context)?.text).toBe("You can send again now.");
  });

  it("tells of an answer whose end nobody knows", () => {
    const turn = lost(fromRecord(ended("answered", { outcome: null }), NOW));
    expect(noticeOf(turn, context)?.title).toBe("The connection to the answer was lost");
  });
});
