import { beforeEach, describe, expect, it, vi } from "vitest";
import { follow, type Follow } from "../src/features/chat/follow";

// jsdom lays nothing out, so the region's measures are given and its observer is played by hand.
let grow: (height: number) => void;
let region: HTMLElement;
let means: Follow;
let wanted: boolean;
const onchange = vi.fn();

beforeEach(() => {
  onchange.mockReset();
  wanted = true;
  let height = 400;
  let top = 0;
  region = document.createElement("section");
  Object.defineProperties(region, {
    clientHeight: { value: 400 },
    scrollHeight: { get: () => height },
    scrollTop: {
      get: () => top,
      set: (to: number) => {
        top = Math.max(0, Math.min(to, height - 400));
      },
    },
  });
  let observed = () => {};
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(callback: () => void) {
        observed = callback;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  grow = (to) => {
    height = to;
    observed();
  };
  follow(
    () => wanted,
    onchange,
    (given) => (means = given),
  )(region);
});

function scrollTo(top: number): void {
  region.scrollTop = top;
  region.dispatchEvent(new Event("scroll"));
}

describe("follow", () => {
  it("keeps the end in view while the text grows", () => {
    grow(1000);
    expect(region.scrollTop).toBe(600);
    grow(1600);
    expect(region.scrollTop).toBe(1200);
  });

  it("stays where a reader who scrolled up is, and offers the way back", () => {
    grow(1000);
    scrollTo(600);
    scrollTo(300);
    grow(1600);
    expect(region.scrollTop).toBe(300);
    expect(onchange).toHaveBeenLastCalledWith(false);
    means.toEnd();
    expect(region.scrollTop).toBe(1200);
    grow(2000);
    expect(region.scrollTop).toBe(1600);
  });

  it("does not take fast growth between two frames for a reader who left", () => {
    grow(1000);
    grow(1600);
    region.scrollTop = 600;
    region.dispatchEvent(new Event("scroll"));
    grow(1700);
    expect(region.scrollTop).toBe(1300);
  });

  it("follows again once the reader is back at the end", () => {
    grow(1000);
    scrollTo(600);
    scrollTo(100);
    scrollTo(580);
    grow(1200);
    expect(region.scrollTop).toBe(800);
  });

  it("leaves a page without turns at its top", () => {
    wanted = false;
    grow(900);
    expect(region.scrollTop).toBe(0);
    expect(onchange).toHaveBeenLastCalledWith(true);
  });
});
