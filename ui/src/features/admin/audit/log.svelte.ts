/** The audit log as it is read: page after page of what fits a filter, the newest first. */
import { codeOf } from "../../../lib/api/client";
import type { AuditRecord } from "../../../lib/api/model";
import type { AuditFilter, OversightApi } from "../../../lib/api/oversight";

export const PERIODS = ["day", "week", "month", "all"] as const;
export type Period = (typeof PERIODS)[number];

const HOUR_MS = 60 * 60_000;
const LENGTHS: Record<Exclude<Period, "all">, number> = {
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
};
/** Records on a page. */
const PAGE = 200;

export class AuditLog {
  records = $state.raw<readonly AuditRecord[]>([]);
  reading = $state(false);
  /** False until the first page is in. */
  loaded = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  #next = $state<number | null>(null);
  #filter: AuditFilter = {};
  #version = 0;
  more = $derived.by(() => this.#next !== null);

  constructor(private readonly api: OversightApi) {}

  /** Begins anew with a filter. */
  async read(filter: AuditFilter): Promise<void> {
    this.#filter = filter;
    this.#version += 1;
    await this.#page(null, []);
  }

  /** Reads earlier records to those that are there. */
  async earlier(): Promise<void> {
    if (this.#next !== null && !this.reading) await this.#page(this.#next, this.records);
  }

  async #page(before: number | null, kept: readonly AuditRecord[]): Promise<void> {
    const version = this.#version;
    this.reading = true;
    this.error = null;
    try {
      const page = await this.api.audit(this.#filter, before, PAGE);
      if (version !== this.#version) return;
      this.records = [...kept, ...page.items];
      this.#next = page.next ?? null;
      this.loaded = true;
    } catch (error) {
      if (version === this.#version) this.error = codeOf(error);
    } finally {
      if (version === this.#version) this.reading = false;
    }
  }
}

/** When a period began; nothing for all. */
export function since(period: Period, now: Date): string | undefined {
  if (period === "all") return undefined;
  return new Date(now.valueOf() - LENGTHS[period]).toISOString();
}
