import { beforeEach, describe, expect, it, vi } from "vitest";
import { Composer, LIMIT } from "../src/features/chat/composer.svelte";
import type { Asked } from "../src/features/chat/conversation.svelte";
import { ApiClient } from "../src/lib/api/client";
import { FakeApi } from "./fake-api";
import { ManualTimers } from "./manual-timers";

let api: FakeApi;
let timers: ManualTimers;
let composer: Composer;
const ask = vi.fn<(text: string) => Promise<Asked>>();

beforeEach(() => {
  api = new FakeApi();
  api.session = true;
  timers = new ManualTimers();
  ask.mockReset().mockResolvedValue({ taken: true });
  composer = new Composer(new ApiClient(api), timers, ask);
});

describe("sending", () => {
  it("clears the draft once it was taken", async () => {
    composer.write("When?");
    await composer.send("now");
    expect(ask).toHaveBeenCalledWith("When?", null);
    expect(composer.draft).toBe("");
  });

  it("sends nothing that is blank or too long, counted in code points", async () => {
    composer.write("  \n ");
    await composer.send("now");
    composer.write("🏥".repeat(LIMIT));
    expect(composer.tooMany).toBe(0);
    composer.write("🏥".repeat(LIMIT + 2));
    expect(composer.tooMany).toBe(2);
    await composer.send("now");
    expect(ask).not.toHaveBeenCalled();
  });

  it("keeps the draft and names the code when sending failed", async () => {
    ask.mockResolvedValue({ taken: false, refusal: { kind: "failed", code: "store_busy" } });
    composer.write("When?");
    await composer.send("now");
    expect(composer).toMatchObject({ draft: "When?", error: "store_busy" });
    composer.write("When? ");
    expect(composer.error).toBeNull();
  });

  it("keeps the draft of someone whose session ended while they wrote", async () => {
    ask.mockImplementation(async () => {
      composer.wipe();
      return { taken: false, refusal: { kind: "ended" } };
    });
    composer.write("When?");
    await composer.send("now");
    expect(composer.draft).toBe("When?");
  });

  it("leaves the draft alone when something else is asked", async () => {
    composer.write("half a tho");
    await composer.sendText("When are visiting hours?");
    expect(ask).toHaveBeenCalledWith("When are visiting hours?", null);
    expect(composer.draft).toBe("half a tho");
  });
});

describe("a question that waits its turn", () => {
  it("goes out when the answer ends", async () => {
    composer.write("Next?");
    await composer.send("later");
    expect(composer.waiting).toBe(true);
    expect(ask).not.toHaveBeenCalled();
    await composer.release();
    expect(ask).toHaveBeenCalledWith("Next?", null);
  });

  it("waits no longer once it is edited", async () => {
    composer.write("Next?");
    await composer.send("later");
    composer.write("Next? And");
    await composer.release();
    expect(ask).not.toHaveBeenCalled();
  });
});

describe("a limit", () => {
  it("keeps the draft, counts down by the second, and opens by itself", async () => {
    const until = timers.now().valueOf() + 3_000;
    ask.mockResolvedValueOnce({ taken: false, refusal: { kind: "rate_limited", until } });
    composer.write("When?");
    await composer.send("now");
    expect(composer).toMatchObject({ draft: "When?", secondsLeft: 3, sendable: false });
    await composer.send("now");
    expect(ask).toHaveBeenCalledOnce();
    await timers.pass(1_000);
    expect(composer.secondsLeft).toBe(2);
    await timers.pass(2_000);
    expect(composer.pause).toBeNull();
    expect(composer.sendable).toBe(true);
  });
});

describe("the hint about details in a draft", () => {
  it("asks 400 ms after the last key, once, and names each kind once", async () => {
    api.findings = [
      { start: 0, end: 1, type: "EMAIL" },
      { start: 2, end: 3, type: "EMAIL" },
    ];
    composer.write("a");
    await timers.pass(300);
    composer.write("ab");
    await timers.pass(399);
    expect(api.count("POST /api/draft")).toBe(0);
    await timers.pass(1);
    expect(api.count("POST /api/draft")).toBe(1);
    expect(composer.findings).toEqual(["EMAIL"]);
  });

  it("is gone with the draft", async () => {
    api.findings = [{ start: 0, end: 1, type: "EMAIL" }];
    composer.write("a");
    await timers.pass(500);
    composer.clear();
    expect(composer.findings).toEqual([]);
  });

  it("is silent when the API does not answer", async () => {
    api.reachable = false;
    composer.write("a");
    await timers.pass(500);
    expect(composer).toMatchObject({ findings: [], error: null });
  });
});
