import { describe, expect, it } from "vitest";
import type { TurnEvent } from "../src/lib/api/model";
import { accepted, applyEvent, fromRecord } from "../src/features/chat/turn";
import { CITATIONS, turnRecord } from "./fake-api";

const NOW = new Date("2026-03-02T14:02:05Z");
const QUESTION: TurnEvent = {
  event: "question",
  data: { turn: "t1", asked_at: "2026-03-02T14:02:00Z", question: { text: "Q", hidden: [] } },
};
const play = (...events: TurnEvent[]) =>
  events.reduce((turn, event) => applyEvent(turn, event, NOW), accepted("t1", NOW));

describe("applyEvent", () => {
  it("gathers a turn from its events", () => {
    const turn = play(
      QUESTION,
      { event: "stage", data: { stage: "queue" } },
      { event: "queue", data: { position: 2 } },
      { event: "sources", data: { citations: CITATIONS } },
      { event: "delta", data: { text: "From " } },
      { event: "delta", data: { text: "07:00" } },
    );
    expect(turn).toMatchObject({
      answer: "From 07:00",
      stage: "generate",
      position: null,
      citations: CITATIONS,
      outcome: null,
    });
  });

  it("shows the place in line while waiting", () => {
    expect(play(QUESTION, { event: "queue", data: { position: 3 } })).toMatchObject({
      stage: "queue",
      position: 3,
    });
  });

  it("starts anew when the events are replayed, instead of doubling the answer", () => {
    const turn = play(QUESTION, { event: "delta", data: { text: "From" } }, QUESTION, {
      event: "delta",
      data: { text: "From" },
    });
    expect(turn.answer).toBe("From");
  });

  it("lets the final turn replace what was streamed", () => {
    const turn = play(
      QUESTION,
      { event: "delta", data: { text: "something that was withdrawn" } },
      { event: "done", data: { turn: turnRecord({ answer: "Checked." }) } },
    );
    expect(turn).toMatchObject({ answer: "Checked.", outcome: "answered", stage: null });
  });
});

describe("fromRecord", () => {
  it("takes a turn without an outcome for one that runs", () => {
    expect(fromRecord(turnRecord({ outcome: null, completed_at: null }), NOW).stage).not.toBeNull();
  });

  it("counts a pause from the turn's end, not from when it is read", () => {
    const turn = fromRecord(turnRecord({ outcome: "rate_limited", retry_after_s: 24 }), NOW);
    expect(turn.pausedUntil).toBe(Date.parse("2026-03-02T14:02:27Z"));
  });
});
