import { describe, expect, it, vi } from "vitest";
import { StatusState, summary } from "../src/features/status/status.svelte";
import { ApiClient } from "../src/lib/api/client";
import type { PromiseStatus } from "../src/lib/api/model";
import { FakeApi } from "./fake-api";
import { ManualTimers } from "./manual-timers";

const promises = (...states: PromiseStatus["state"][]): PromiseStatus[] =>
  states.map((state, index) => ({ id: `P${index + 1}`, title: "T", state, evidence: "E" }));

describe("summary", () => {
  it.each<[PromiseStatus["state"][], string]>([
    [["held", "held"], "2 promises held"],
    [
      ["held", "held", "held_with_limit", "not_built"],
      "2 of 4 promises held, 1 held with a limit, 1 not built yet",
    ],
    [["broken", "held"], "1 promise is not held, 1 of 2 promises held"],
    [[], "Promises not read yet"],
  ])("says %j as %s", (states, words) => {
    expect(summary(promises(...states))).toBe(words);
  });
});

describe("StatusState", () => {
  it("looks often while the model loads, and seldom after", async () => {
    const api = new FakeApi();
    const timers = new ManualTimers();
    api.status.model = { state: "loading", progress: 0.4 };
    const status = new StatusState(new ApiClient(api), timers, () => {});
    await status.watch();
    await timers.pass(10_000);
    expect(api.count("GET /api/status")).toBe(6);
    api.status.model = { state: "ready" };
    await timers.pass(2_000);
    await timers.pass(28_000);
    expect(api.count("GET /api/status")).toBe(7);
  });

  it("never claims a sealed machine that it has not seen to be sealed", async () => {
    const api = new FakeApi();
    const status = new StatusState(new ApiClient(api), new ManualTimers(), () => {});
    expect(status.sealed).toBe(false);
    await status.watch();
    expect(status.sealed).toBe(true);
    api.status = { ...api.status, promises: promises("broken") };
    await status.watch();
    expect(status.sealed).toBe(false);
    api.status = { ...api.status, promises: promises("held") };
    await status.watch();
    api.reachable = false;
    await status.watch();
    expect(status.sealed).toBe(false);
  });

  it("tells of a broken promise once, not at every look", async () => {
    const api = new FakeApi();
    const broken = vi.fn();
    const status = new StatusState(new ApiClient(api), new ManualTimers(), broken);
    api.status.promises = promises("held", "broken");
    await status.watch();
    await status.watch();
    expect(broken).toHaveBeenCalledOnce();
    expect(broken.mock.calls[0]?.[0]).toMatchObject([{ id: "P2" }]);
  });
});
