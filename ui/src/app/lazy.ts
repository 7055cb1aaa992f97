/** Pages that are loaded when they are first opened. */
import type { Component } from "svelte";

/** Any component; `LazyPage` hands it the props that its place has. */
export type Page = Component<Record<string, unknown>>;
export type Load = () => Promise<Page | null>;

export const openData: Load = async () =>
  (await import("../features/mydata/DataPage.svelte")).default as unknown as Page;

export const openSetup: Load = async () =>
  (await import("../features/setup/SetupPage.svelte")).default as unknown as Page;

// A glob, so that the page can be built without the administration too.
const ADMINISTRATION = import.meta.glob<{ default: Page }>("../features/admin/AdminView.svelte");

/** Opens the administration; `null` where this build has none. */
export const openAdministration: Load = async () => {
  const [load] = Object.values(ADMINISTRATION);
  return load ? (await load()).default : null;
};
