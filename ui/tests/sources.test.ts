import { beforeEach, describe, expect, it, vi } from "vitest";
import { Sources } from "../src/features/sources/sources.svelte";
import { ApiClient } from "../src/lib/api/client";
import { CITATIONS, FakeApi, refusal } from "./fake-api";
import { settle } from "./manual-timers";

let api: FakeApi;
let sources: Sources;
const onSessionEnded = vi.fn();

beforeEach(() => {
  api = new FakeApi();
  api.session = true;
  onSessionEnded.mockReset();
  sources = new Sources(new ApiClient(api), onSessionEnded);
});

describe("Sources", () => {
  it("opens a passage, steps within the answer, and stops at its ends", async () => {
    sources.show("t1", CITATIONS, 1);
    expect(sources.loaded.state).toBe("loading");
    await settle();
    expect(sources.loaded).toMatchObject({ passage: { id: "visiting/morning" } });
    sources.step(-1);
    expect(sources.citation?.number).toBe(1);
    sources.step(1);
    sources.step(1);
    await settle();
    expect(sources.loaded).toMatchObject({ passage: { id: "visiting/ring" } });
    expect(api.count("GET /api/passages/visiting%2Fring")).toBe(1);
  });

  it("reads each passage once", async () => {
    sources.show("t1", CITATIONS, 1);
    await settle();
    sources.show("t2", CITATIONS, 1);
    await settle();
    expect(sources.loaded.state).toBe("ready");
    expect(api.count("GET /api/passages/visiting%2Fmorning")).toBe(1);
  });

  it("closes on a second press of the same mark", () => {
    sources.show("t1", CITATIONS, 1);
    sources.show("t1", CITATIONS, 1);
    expect(sources.open).toBeNull();
  });

  it("ignores a number that the answer does not cite", () => {
    sources.show("t1", CITATIONS, 9);
    expect(sources.open).toBeNull();
  });

  it("shows the passage that was asked for last, whichever comes first", async () => {
    sources.show("t1", CITATIONS, 1);
    sources.show("t1", CITATIONS, 2);
    await settle();
    expect(sources.loaded).toMatchObject({ passage: { id: "visiting/ring" } });
  });

  it("remembers what is no longer open to this person", async () => {
    api.passages.clear();
    sources.show("t1", CITATIONS, 1);
    await settle();
    expect(sources.loaded.state).toBe("gone");
    expect([...sources.gone]).toEqual(["visiting/morning"]);
  });

  it("can be read again after a failure", async () => {
    api.overrides.set("GET /api/passages/visiting%2Fmorning", refusal(500, "store_busy"));
    sources.show("t1", CITATIONS, 1);
    await settle();
    expect(sources.loaded).toEqual({ state: "failed", code: "store_busy" });
    api.overrides.clear();
    await sources.load();
    expect(sources.loaded.state).toBe("ready");
  });

  it("ends the session when that is why, and forgets passages on a wipe", async () => {
    sources.show("t1", CITATIONS, 1);
    await settle();
    sources.wipe();
    api.session = false;
    sources.show("t1", CITATIONS, 1);
    await settle();
    expect(onSessionEnded).toHaveBeenCalledOnce();
  });
});
