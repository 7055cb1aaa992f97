/** Chooses and fills the sentences of the catalogue, typed by what each one needs. */
import { en } from "./en";

type Catalogue = typeof en;
export type MessageKey = keyof Catalogue;

type Holes<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type Texts<K extends MessageKey> = Catalogue[K] extends string
  ? Catalogue[K]
  : Catalogue[K][keyof Catalogue[K]];
type Needs<K extends MessageKey> =
  Holes<Texts<K>> | (Catalogue[K] extends string ? never : "count");
type Values<K extends MessageKey> = {
  [Name in Needs<K>]: Name extends "count" ? number : string | number;
};
type Arguments<K extends MessageKey> = [Needs<K>] extends [never] ? [] : [values: Values<K>];

/** The language of the catalogue, for dates, numbers and lists. */
export const LOCALE = "en-GB";

const plurals = new Intl.PluralRules(LOCALE);
const numbers = new Intl.NumberFormat(LOCALE);
const lists = new Intl.ListFormat(LOCALE, { type: "conjunction" });
const ordinals = new Intl.PluralRules(LOCALE, { type: "ordinal" });

/** Gives the sentence for `key`, with its holes filled; numbers are written by locale. */
export function t<K extends MessageKey>(key: K, ...[values]: Arguments<K>): string {
  const entry: string | Partial<Record<Intl.LDMLPluralRule, string>> = en[key];
  const filled = (values ?? {}) as Record<string, string | number>;
  const text =
    typeof entry === "string"
      ? entry
      : (entry[plurals.select(Number(filled["count"]))] ?? entry.other ?? "");
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = filled[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? "");
  });
}

/** Joins phrases as the language does: "a name, an address and a card number". */
export function list(phrases: readonly string[]): string {
  return lists.format(phrases);
}

/** Says a waiting time in words: seconds below a minute and a half, then minutes. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 90
    ? t("time.seconds", { count: whole })
    : t("time.minutes", { count: Math.ceil(whole / 60) });
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric" });

/** The local time of day, such as 14:02; empty for what is no time. */
export function timeOfDay(time: string | Date): string {
  const date = new Date(time);
  return Number.isNaN(date.valueOf()) ? "" : clock.format(date);
}

/** The local date, such as 2 March 2026; empty for what is no time. */
export function date(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.valueOf()) ? "" : day.format(at);
}

/** Seconds with one decimal, such as 3.4; at least 0.1, since nothing takes no time. */
export function seconds(milliseconds: number): string {
  return new Intl.NumberFormat(LOCALE, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(Math.max(milliseconds, 100) / 1000);
}

const WORDS = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
];
const SUFFIX: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** A place in line in words up to ninth, then in figures. */
export function ordinal(place: number): string {
  return WORDS[place - 1] ?? `${place}${SUFFIX[ordinals.select(place)] ?? "th"}`;
}
