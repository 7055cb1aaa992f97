/** How the page looks: kept for as long as it is open, since the page keeps nothing on disk. */

export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export class Display {
  theme = $state<Theme>("system");

  /** Chooses colours; `system` follows what the desktop says. */
  choose(theme: Theme): void {
    this.theme = theme;
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }
}
