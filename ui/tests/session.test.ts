import { beforeEach, describe, expect, it, vi } from "vitest";
import { SessionState } from "../src/features/session/session.svelte";
import { ApiClient } from "../src/lib/api/client";
import { FakeApi, refusal } from "./fake-api";
import { ManualTimers } from "./manual-timers";

let api: FakeApi;
let timers: ManualTimers;
let session: SessionState;
const onEnd = vi.fn();

beforeEach(() => {
  api = new FakeApi();
  timers = new ManualTimers();
  onEnd.mockReset();
  session = new SessionState(new ApiClient(api), timers, onEnd);
});

describe("SessionState", () => {
  it("starts a session when there is none", async () => {
    expect(await session.start()).toBe(false);
    expect(session.phase).toBe("active");
    expect(api.count("POST /api/session")).toBe(1);
  });

  it("takes up the session that is there, so that a reload wipes nothing", async () => {
    api.session = true;
    expect(await session.start()).toBe(true);
    expect(api.count("POST /api/session")).toBe(0);
  });

  it("says when nothing answers", async () => {
    api.reachable = false;
    await session.start();
    expect(session.phase).toBe("unreachable");
  });

  it("ends after twenty minutes of quiet, wiping what the page holds", async () => {
    await session.start();
    await timers.pass(20 * 60_000);
    expect(session.phase).toBe("active");
    api.session = false;
    await timers.pass(2_000);
    expect(session.phase).toBe("ended");
    expect(session.endedAt?.toISOString()).toBe("2026-03-02T14:22:01.500Z");
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it("does not end on its own clock when the API still has the session", async () => {
    await session.start();
    await timers.pass(21 * 60_000);
    expect(session.phase).toBe("active");
  });

  it("keeps a session that cannot be asked about just now", async () => {
    await session.start();
    api.reachable = false;
    await timers.pass(21 * 60_000);
    expect(session.phase).toBe("active");
    api.reachable = true;
    api.session = false;
    await timers.pass(20_000);
    expect(session.phase).toBe("ended");
  });

  it("leaves, wipes, and starts anew", async () => {
    await session.start();
    await session.leave();
    expect(api.count("DELETE /api/session")).toBe(1);
    expect(onEnd).toHaveBeenCalledOnce();
    expect(session.phase).toBe("active");
    expect(session.wipedAt).not.toBeNull();
  });

  it("does not pretend to have wiped when the API refused", async () => {
    await session.start();
    api.overrides.set("DELETE /api/session", refusal(500, "store_busy"));
    await expect(session.leave()).rejects.toMatchObject({ code: "store_busy" });
    expect(onEnd).not.toHaveBeenCalled();
    expect(session.wipedAt).toBeNull();
  });

  it("counts a session that is already gone as left", async () => {
    await session.start();
    api.session = false;
    await session.leave();
    expect(onEnd).toHaveBeenCalledOnce();
    expect(session.phase).toBe("active");
  });
});
