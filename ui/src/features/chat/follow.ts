/** Keeps a scrolling region at its end while the reader is there, and leaves it alone otherwise. */
import type { Attachment } from "svelte/attachments";

// Within this many pixels of the end a reader counts as being there.
const NEAR = 48;

export interface Follow {
  /** Goes to the end and follows from there. */
  toEnd(): void;
}

/**
 * Watches a region and the content in it. `wanted` says whether there is an end worth following,
 * `onchange` hears whether it is in view, and `ready` gets the means to go there.
 */
export function follow(
  wanted: () => boolean,
  onchange: (atEnd: boolean) => void,
  ready: (follow: Follow) => void,
): Attachment<HTMLElement> {
  return (region) => {
    let following = true;
    let top = 0;
    const near = () => region.scrollHeight - region.scrollTop - region.clientHeight <= NEAR;
    const toEnd = () => {
      following = true;
      region.scrollTop = region.scrollHeight;
      onchange(true);
    };
    // Text that grows between two frames leaves the end behind without anybody scrolling, so only
    // a move upward says that the reader has left.
    const scrolled = () => {
      const up = region.scrollTop < top - 1;
      top = region.scrollTop;
      if (!wanted() || near()) following = true;
      else if (up) following = false;
      onchange(following);
    };
    const grown = new ResizeObserver(() => {
      if (!wanted()) onchange(true);
      else if (following) region.scrollTop = region.scrollHeight;
      else onchange(near());
    });
    grown.observe(region);
    for (const child of region.children) grown.observe(child);
    region.addEventListener("scroll", scrolled, { passive: true });
    ready({ toEnd });
    return () => {
      grown.disconnect();
      region.removeEventListener("scroll", scrolled);
    };
  };
}
