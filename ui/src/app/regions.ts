/** F6: from one part of the window to the next, in the order in which they are read. */

/** Moves the focus to the next part of the window, or back; parts that are not shown are passed. */
export function focusNextRegion(back: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")];
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const step = back ? -1 : 1;
  const next = at < 0 ? 0 : (at + step + regions.length) % regions.length;
  const region = regions[next];
  if (region) focusInto(region);
}

function focusInto(region: HTMLElement): void {
  if (region.tabIndex >= 0) {
    region.focus();
    return;
  }
  const first = region.querySelector<HTMLElement>("textarea, button, [tabindex='0']");
  (first ?? region).focus();
}
