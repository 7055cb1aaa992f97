/** How questions ended, day by day, in the four groups that the chart has. */
import type { Overview } from "../../../lib/api/model";

export const GROUPS = ["answered", "unknown", "denied", "stopped"] as const;
export type Group = (typeof GROUPS)[number];

const OF: Record<string, Group> = {
  answered: "answered",
  clarify: "answered",
  small_talk: "answered",
  out_of_scope: "unknown",
  redirected: "unknown",
  escalated: "unknown",
  denied: "denied",
  mfa_required: "denied",
  blocked: "stopped",
  rate_limited: "stopped",
  cancelled: "stopped",
  failed: "stopped",
};

export interface Day {
  /** ISO date, UTC. */
  day: string;
  counts: Record<Group, number>;
  all: number;
}

const DAY_MS = 24 * 60 * 60_000;

/** The last `length` days up to today, those without a question among them. */
export function daysOf(days: Overview["days"], length: number, now: Date): Day[] {
  const by = new Map<string, Day>();
  for (let back = length - 1; back >= 0; back -= 1) {
    const day = new Date(now.valueOf() - back * DAY_MS).toISOString().slice(0, 10);
    by.set(day, { day, counts: { answered: 0, unknown: 0, denied: 0, stopped: 0 }, all: 0 });
  }
  for (const { day, outcome, count } of days) {
    const found = by.get(day);
    if (!found) continue;
    // What this page does not know yet is not counted as answered.
    found.counts[OF[outcome] ?? "stopped"] += count;
    found.all += count;
  }
  return [...by.values()];
}

/** The share of questions that were answered; `null` where none was asked. */
export function answeredShare(days: readonly Day[]): number | null {
  const all = days.reduce((sum, day) => sum + day.all, 0);
  if (all === 0) return null;
  return days.reduce((sum, day) => sum + day.counts.answered, 0) / all;
}

/** A day as seconds since the epoch, for the axis. */
export function secondsOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1_000;
}
