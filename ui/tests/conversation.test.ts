import { beforeEach, describe, expect, it, vi } from "vitest";
import { Conversation } from "../src/features/chat/conversation.svelte";
import { LOST } from "../src/features/chat/turn";
import { ApiClient } from "../src/lib/api/client";
import { FakeApi, refusal, turnRecord } from "./fake-api";
import { ManualTimers, settle } from "./manual-timers";

let api: FakeApi;
let timers: ManualTimers;
let conversation: Conversation;
const onSessionEnded = vi.fn();

beforeEach(() => {
  api = new FakeApi();
  api.session = true;
  timers = new ManualTimers();
  onSessionEnded.mockReset();
  conversation = new Conversation(new ApiClient(api), timers, { onSessionEnded });
});

describe("asking", () => {
  it("streams an answer, piece by piece, and ends with the final turn", async () => {
    expect(await conversation.ask("When can I visit?")).toEqual({ taken: true });
    api.begin();
    api.emit("delta", { text: "From " });
    api.emit("delta", { text: "07:00." });
    expect(conversation.turns[0]?.answer).toBe("");
    await timers.pass(50);
    expect(conversation.turns[0]?.answer).toBe("From 07:00.");
    api.finish(turnRecord());
    await settle();
    expect(conversation.running).toBeNull();
    expect(conversation.turns[0]).toMatchObject({ outcome: "answered", totalMs: 3400 });
  });

  it("refuses a second question while one runs, without asking the API", async () => {
    await conversation.ask("One");
    expect(await conversation.ask("Two")).toMatchObject({ refusal: { kind: "running" } });
    expect(api.count("POST /api/turns")).toBe(1);
  });

  it.each([
    [refusal(429, "rate_limited", 24), "rate_limited"],
    [refusal(429, "cooling_down", 90), "cooling_down"],
    [refusal(413, "message_too_long"), "too_long"],
    [refusal(422, "message_empty"), "empty"],
    [refusal(500, "store_busy"), "failed"],
    [refusal(403, "consent_required"), "consent"],
    [refusal(409, "turn_running"), "failed"],
  ])("tells why a question was not taken: %j", async (reply, kind) => {
    api.overrides.set("POST /api/turns", reply);
    expect(await conversation.ask("Q")).toMatchObject({ taken: false, refusal: { kind } });
    expect(onSessionEnded).not.toHaveBeenCalled();
  });

  it("waits for a turn that runs here although this page did not know of it", async () => {
    api.overrides.set("POST /api/turns", refusal(409, "turn_running"));
    api.turns = [turnRecord({ outcome: null, completed_at: null, answer: "" })];
    expect(await conversation.ask("Q")).toMatchObject({ refusal: { kind: "running" } });
  });

  it("knows until when a limit lasts", async () => {
    api.overrides.set("POST /api/turns", refusal(429, "rate_limited", 24));
    const until = timers.now().valueOf() + 24_000;
    expect(await conversation.ask("Q")).toMatchObject({ refusal: { until } });
  });

  it("tells when the session has ended", async () => {
    api.session = false;
    expect(await conversation.ask("Q")).toMatchObject({ refusal: { kind: "ended" } });
    expect(onSessionEnded).toHaveBeenCalledOnce();
  });
});

describe("stopping", () => {
  it("asks the API to stop and waits for the turn to say so", async () => {
    await conversation.ask("Q");
    api.begin();
    await conversation.stop();
    expect(conversation.stopping).toBe(true);
    expect(api.count("POST /api/turns/t1/cancel")).toBe(1);
    await conversation.stop();
    expect(api.count("POST /api/turns/t1/cancel")).toBe(1);
    api.finish(turnRecord({ outcome: "cancelled", answer: "From" }));
    await settle();
    expect(conversation.stopping).toBe(false);
    expect(conversation.turns[0]).toMatchObject({ outcome: "cancelled", answer: "From" });
  });

  it("can be tried again when the API could not be asked", async () => {
    await conversation.ask("Q");
    api.reachable = false;
    await conversation.stop();
    expect(conversation.stopping).toBe(false);
  });
});

describe("a reload in mid-stream", () => {
  it("takes up the turn that runs and replays it", async () => {
    api.turns = [
      turnRecord({ id: "t0" }),
      turnRecord({ id: "t1", outcome: null, completed_at: null, answer: "" }),
    ];
    await conversation.load();
    expect(conversation.running?.id).toBe("t1");
    api.begin();
    api.emit("delta", { text: "Again" });
    await timers.pass(50);
    expect(conversation.turns.map((turn) => turn.answer)).toEqual([
      "From 07:00. [1] Ring first. [2]",
      "Again",
    ]);
  });
});

describe("a stream that breaks", () => {
  it("is attached again, without doubling what was shown", async () => {
    await conversation.ask("Q");
    api.begin();
    api.emit("delta", { text: "From" });
    await timers.pass(50);
    api.streams[0]?.end({ status: 200, body: null });
    await timers.pass(400);
    expect(api.streams).toHaveLength(2);
    api.begin();
    api.emit("delta", { text: "From 07:00" });
    await timers.pass(50);
    expect(conversation.turns[0]?.answer).toBe("From 07:00");
  });

  it("takes the last events that arrive after its end", async () => {
    await conversation.ask("Q");
    api.begin();
    api.streams[0]?.end({ status: 200, body: null });
    await settle();
    api.emit("done", { turn: turnRecord() });
    await timers.pass(10_000);
    expect(conversation.turns[0]?.outcome).toBe("answered");
    expect(api.streams).toHaveLength(1);
  });

  it("asks the record how the turn ended when its events are gone", async () => {
    await conversation.ask("Q");
    api.turns = [turnRecord({ answer: "From the record" })];
    api.streams[0]?.end(refusal(404, "not_found"));
    await settle();
    expect(conversation.turns[0]).toMatchObject({ outcome: "answered", answer: "From the record" });
  });

  it("is given up after several tries, and says so", async () => {
    await conversation.ask("Q");
    for (let i = 0; i < 6; i += 1) {
      api.streams.at(-1)?.end({ status: 200, body: null });
      await timers.pass(10_000);
    }
    expect(conversation.turns[0]).toMatchObject({ outcome: "failed", reason: LOST });
    expect(conversation.running).toBeNull();
  });

  it("ends the session when that is why", async () => {
    await conversation.ask("Q");
    api.streams[0]?.end(refusal(401, "session_required"));
    await settle();
    expect(onSessionEnded).toHaveBeenCalledOnce();
  });
});

describe("wiping", () => {
  it("forgets every turn and hears nothing of the old stream any more", async () => {
    await conversation.ask("Q");
    api.begin();
    api.emit("delta", { text: "secret" });
    conversation.wipe();
    api.emit("delta", { text: "more" });
    await timers.pass(20_000);
    expect(conversation.turns).toEqual([]);
    expect(api.streams).toHaveLength(1);
  });
});
