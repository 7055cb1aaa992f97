import { beforeEach, describe, expect, it } from "vitest";
import { Narrator } from "../src/features/chat/narrator";
import { accepted, applyEvent, fromRecord, type TurnView } from "../src/features/chat/turn";
import { Announcer } from "../src/lib/aloud/announcer.svelte";
import type { TurnEvent } from "../src/lib/api/model";
import { CITATIONS, ended, turnRecord } from "./fake-api";
import { ManualTimers } from "./manual-timers";

const context = { now: new Date("2026-03-02T14:02:05Z"), perMinute: 10, role: "public" };

describe("Announcer", () => {
  it("says one sentence at a time, a second and a half apart", async () => {
    const timers = new ManualTimers();
    const announcer = new Announcer(timers);
    for (const sentence of ["One.", "Two.", "Three."]) announcer.say(sentence);
    expect(announcer.polite).toBe("One.");
    await timers.pass(1_499);
    expect(announcer.polite).toBe("One.");
    await timers.pass(1);
    expect(announcer.polite).toBe("Two.");
    announcer.hush();
    await timers.pass(10_000);
    expect(announcer.polite).toBe("Two.");
  });

  it("makes a repeated sentence heard", async () => {
    const timers = new ManualTimers();
    const announcer = new Announcer(timers);
    announcer.say("Copied");
    await timers.pass(2_000);
    announcer.say("Copied");
    expect(announcer.polite).not.toBe("Copied");
    expect(announcer.polite.trim()).toBe("Copied");
  });
});

describe("Narrator", () => {
  let said: string[];
  let narrator: Narrator;
  let turn: TurnView;
  const play = (event: TurnEvent) => {
    turn = applyEvent(turn, event, context.now);
    narrator.onEvent(turn, event);
  };

  beforeEach(() => {
    said = [];
    narrator = new Narrator({ say: (sentence) => said.push(sentence), hush: () => {} });
    turn = accepted("t1", context.now);
  });

  it("reads whole sentences, each once, with sources in words", () => {
    play({ event: "sources", data: { citations: CITATIONS } });
    for (const text of ["From **07", ":00** [1].", " Ring", " first. [2] Th", "en come."]) {
      play({ event: "delta", data: { text } });
    }
    turn = fromRecord(
      turnRecord({ answer: "From **07:00** [1]. Ring first. [2] Then come." }),
      context.now,
    );
    narrator.onEnd(turn, context);
    expect(said).toEqual([
      "Reading 2 sources",
      "Writing",
      "From 07:00, source 1.",
      "Ring first, source 2.",
      "Then come.",
      "Finished, 2 sources",
    ]);
  });

  it("says a place in line only when it changes by a whole place", () => {
    for (const position of [3, 3, 2, 2]) play({ event: "queue", data: { position } });
    expect(said).toEqual(["You are third in line", "You are second in line"]);
  });

  it("ends with the notice's title and sentence", () => {
    narrator.onEnd(fromRecord(ended("out_of_scope"), context.now), context);
    expect(said).toEqual([
      "I have nothing on that. No document you may read answers this, so I won’t guess.",
    ]);
  });
});
