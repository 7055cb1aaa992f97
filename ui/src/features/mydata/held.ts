/** How a class of data stands: what it is called, and how much of its time is used up. */
import type { Holding } from "../../lib/api/model";
import { isKey, span, t, type PlainKey } from "../../lib/i18n/messages";

export interface HeldRow {
  id: string;
  name: string;
  what: string;
  why: string;
  kept: string;
  count: number;
  readBy: string;
  /** The share of its period that the oldest record has lived, 0 to 1; `null` where nothing ends. */
  used: number | null;
  left: string;
}

const HOUR_MS = 60 * 60_000;

/** A class as a row; one that this page does not know is described in the API's own words. */
export function rowOf(holding: Holding, now: Date): HeldRow {
  const period = holding.period_hours * HOUR_MS;
  const kept = span(period);
  const ends = holding.ends_first === null ? null : Date.parse(holding.ends_first);
  const left = ends === null ? null : Math.max(0, ends - now.valueOf());
  return {
    id: holding.class,
    name: words(holding, "", holding.class),
    what: words(holding, ".what", holding.what),
    why: words(holding, ".why", ""),
    readBy: words(holding, ".read", ""),
    kept: holding.class === "consent_record" ? t("data.account") : kept,
    count: holding.count,
    used: left === null || period === 0 ? null : 1 - Math.min(1, left / period),
    left: leftOf(holding, left, kept),
  };
}

function leftOf(holding: Holding, left: number | null, kept: string): string {
  if (holding.class === "consent_record") return t("data.afterAccount", { time: kept });
  if (left === null) return t("data.none");
  return left < 60_000 ? t("data.leftNow") : t("data.left", { time: span(left) });
}

function words(holding: Holding, part: string, otherwise: string): string {
  const key = `class.${holding.class}${part}`;
  return isKey(key) ? t(key as PlainKey) : otherwise;
}
