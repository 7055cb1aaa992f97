/** Which rows of a long table are in sight. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import { untrack } from "svelte";

/** The height of a row in pixels: one line of text with its padding. */
const ROW_PX = 37;

export interface Seen {
  indices: number[];
  /** Pixels of rows that are not drawn above and below. */
  before: number;
  after: number;
}

export class Sight {
  #version = $state(0);
  #frame: HTMLElement | null = null;
  readonly #virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));

  /** Follows the frame that the table scrolls in; the returned function stops that. */
  watch(frame: HTMLElement): () => void {
    this.#frame = frame;
    const stop = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    return () => {
      this.#frame = null;
      stop();
    };
  }

  /** Says how many rows there are now. */
  expect(count: number): void {
    this.#virtualizer.setOptions(this.#options(count));
    this.#virtualizer._willUpdate();
    untrack(() => (this.#version += 1));
  }

  get seen(): Seen {
    void this.#version;
    const items = this.#virtualizer.getVirtualItems();
    return {
      indices: items.map(({ index }) => index),
      before: items[0]?.start ?? 0,
      after: this.#virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0),
    };
  }

  #options(count: number) {
    return {
      count,
      getScrollElement: () => this.#frame,
      estimateSize: () => ROW_PX,
      overscan: 12,
      initialRect: { width: 0, height: 600 },
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => untrack(() => (this.#version += 1)),
    };
  }
}
