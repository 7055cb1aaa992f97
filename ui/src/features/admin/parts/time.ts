/** Spans of time that the API gives in hours or seconds, in words. */
import { span } from "../../../lib/i18n/messages";

const HOUR_MS = 60 * 60_000;

export function hoursInWords(hours: number): string {
  return span(hours * HOUR_MS);
}

export function secondsInWords(seconds: number): string {
  return span(seconds * 1_000);
}
