/** Which language the page speaks: English at once, another as soon as its sentences are here. */
import type { en } from "./en";

export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
/** The sentences of another language; what is missing is said in English. */
export type Translation = Partial<Record<keyof typeof en, Entry>>;

export interface Language {
  /** For the platform: dates, numbers, plurals, and the page's own attribute. */
  tag: string;
  /** What its speakers call it. */
  name: string;
  dir: "ltr" | "rtl";
  load: () => Promise<Translation>;
}

export const ENGLISH: Language = {
  tag: "en-GB",
  name: "English",
  dir: "ltr",
  load: () => Promise.resolve({}),
};

export const LANGUAGES: readonly Language[] = [ENGLISH];

class Spoken {
  language = $state.raw(ENGLISH);
  sentences = $state.raw<Translation>({});
}

/** The language in use. */
export const spoken = new Spoken();

/** Changes the language once its sentences are here; the last choice counts. */
export async function speak(language: Language): Promise<void> {
  asked = language;
  const sentences = await language.load();
  if (asked !== language) return;
  spoken.sentences = sentences;
  spoken.language = language;
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.dir;
}

let asked = ENGLISH;

/** The first of the wanted languages that the page speaks, such as those of the system. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.split("-")[0]?.toLowerCase();
    const found = LANGUAGES.find((language) => language.tag.split("-")[0] === primary);
    if (found) return found;
  }
  return ENGLISH;
}
