/** Chooses and fills the sentences of the catalogue, typed by what each one needs. */
import { en } from "./en";
import { type Entry, spoken } from "./language.svelte";

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

/** A sentence that needs nothing filled in. */
export type PlainKey = { [K in MessageKey]: [Needs<K>] extends [never] ? K : never }[MessageKey];

/** Gives the sentence for `key`, with its holes filled; numbers are written by locale. */
export function t<K extends MessageKey>(key: K, ...[values]: Arguments<K>): string {
  const { numbers, plurals } = platform();
  const entry: Entry = spoken.sentences[key] ?? en[key];
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

/** Whether the catalogue has a sentence called so: for codes of the API. */
export function isKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** Joins phrases as the language does: "a name, an address and a card number". */
export function list(phrases: readonly string[]): string {
  return platform().lists.format(phrases);
}

/** A number as the language writes it. */
export function number(value: number): string {
  return platform().numbers.format(value);
}

/** Says a waiting time in words: seconds below a minute and a half, then minutes. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 90
    ? t("time.seconds", { count: whole })
    : t("time.minutes", { count: Math.ceil(whole / 60) });
}

/** Says how long something is kept or still lasts, in its largest whole unit or two. */
export function span(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 60) return unit(minutes, "minute");
  if (hours < 24) {
    const rest = minutes % 60;
    return rest === 0 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(rest, "minute")}`;
  }
  if (days < 365) return unit(days, "day");
  const years = Math.floor(days / 365);
  return unit(years, "year");
}

function unit(value: number, unit: "minute" | "hour" | "day" | "year"): string {
  const { tag } = spoken.language;
  const unitDisplay = unit === "minute" || unit === "hour" ? "short" : "long";
  return new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay }).format(value);
}

/** The local time of day, such as 14:02; empty for what is no time. */
export function timeOfDay(time: string | Date): string {
  const at = new Date(time);
  return Number.isNaN(at.valueOf()) ? "" : platform().clock.format(at);
}

/** The local date, such as 2 March 2026; empty for what is no time. */
export function date(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.valueOf()) ? "" : platform().day.format(at);
}

/** A day of a chart's axis, such as "22 May", from seconds since the epoch; days there are UTC. */
export function shortDay(seconds: number): string {
  return platform().axis.format(new Date(seconds * 1_000));
}

/** A share of a hundred, such as 93 %. */
export function share(part: number): string {
  return platform().shares.format(part);
}

/** A size in the unit that fits, such as 1.2 GB. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return new Intl.NumberFormat(spoken.language.tag, {
    style: "unit",
    unit: units[power],
    maximumSignificantDigits: 3,
  }).format(size / 1_000 ** power);
}

/** The time of day, with the date unless it is today's: "14:02", "2 March, 14:02". */
export function moment(time: string, now: Date): string {
  const at = new Date(time);
  if (Number.isNaN(at.valueOf())) return "";
  const { clock, moment } = platform();
  return at.toDateString() === now.toDateString() ? clock.format(at) : moment.format(at);
}

/** Seconds with one decimal, such as 3.4; at least 0.1, since nothing takes no time. */
export function seconds(milliseconds: number): string {
  return platform().tenths.format(Math.max(milliseconds, 100) / 1000);
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

/** A place in line: in English in words up to ninth; elsewhere, and beyond, in figures. */
export function ordinal(place: number): string {
  const { numbers, ordinals, tag } = platform();
  if (!tag.startsWith("en")) return numbers.format(place);
  return WORDS[place - 1] ?? `${place}${SUFFIX[ordinals.select(place)] ?? "th"}`;
}

interface Platform {
  tag: string;
  plurals: Intl.PluralRules;
  ordinals: Intl.PluralRules;
  numbers: Intl.NumberFormat;
  tenths: Intl.NumberFormat;
  lists: Intl.ListFormat;
  clock: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  moment: Intl.DateTimeFormat;
  axis: Intl.DateTimeFormat;
  shares: Intl.NumberFormat;
}

const platforms = new Map<string, Platform>();

/** What the platform knows of the language in use; made once for each. */
function platform(): Platform {
  const { tag } = spoken.language;
  const known = platforms.get(tag);
  if (known) return known;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const made: Platform = {
    tag,
    plurals: new Intl.PluralRules(tag),
    ordinals: new Intl.PluralRules(tag, { type: "ordinal" }),
    numbers: new Intl.NumberFormat(tag),
    tenths: new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    lists: new Intl.ListFormat(tag, { type: "conjunction" }),
    clock: new Intl.DateTimeFormat(tag, time),
    day: new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", year: "numeric" }),
    moment: new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", ...time }),
    axis: new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", timeZone: "UTC" }),
    shares: new Intl.NumberFormat(tag, { style: "percent" }),
  };
  platforms.set(tag, made);
  return made;
}
