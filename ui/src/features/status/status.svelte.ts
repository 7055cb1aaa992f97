/** The state of the machine: its promises, its model, and how often to look. */
import type { ApiClient } from "../../lib/api/client";
import type { PromiseStatus, Status } from "../../lib/api/model";
import { t } from "../../lib/i18n/messages";
import type { Timers } from "../../lib/timers";

const CALM_MS = 30_000;
const CHANGING_MS = 2_000;

export class StatusState {
  status = $state.raw<Status | null>(null);
  /** True when the last look failed; what is shown may be old. */
  lost = $state(false);
  model = $derived(this.status?.model ?? null);
  promises = $derived(this.status?.promises ?? []);
  broken = $derived(this.promises.filter((promise) => promise.state === "broken"));
  /** True when the machine's first promise, that nothing leaves it, holds at least with a limit. */
  sealed = $derived(
    !this.lost &&
      this.promises.some(
        ({ id, state }) => id === "P1" && (state === "held" || state === "held_with_limit"),
      ),
  );
  #cancel: () => void = () => {};

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
    private readonly onBroken: (promises: readonly PromiseStatus[]) => void,
  ) {}

  /** Looks now, and then again and again: often while the model changes, else now and then. */
  async watch(): Promise<void> {
    this.#cancel();
    const before = this.broken.map((promise) => promise.id).join();
    try {
      this.status = await this.api.status();
      this.lost = false;
    } catch {
      this.lost = true;
    }
    const now = this.broken.map((promise) => promise.id).join();
    if (now !== "" && now !== before) this.onBroken(this.broken);
    const state = this.model?.state;
    const changing = this.lost || state === "loading" || state === "restarting";
    this.#cancel = this.timers.after(changing ? CHANGING_MS : CALM_MS, () => void this.watch());
  }
}

/** Says in one line how the promises stand, such as "2 of 6 promises held, 1 not built yet". */
export function summary(promises: readonly PromiseStatus[]): string {
  const count = (state: PromiseStatus["state"]) =>
    promises.filter((promise) => promise.state === state).length;
  const total = promises.length;
  if (total === 0) return t("status.unknown");
  const held = count("held");
  if (held === total) return t("status.allHeld", { count: total });
  const parts = [t("status.held", { held, total })];
  if (count("broken") > 0) parts.unshift(t("status.broken", { count: count("broken") }));
  const limited = count("held_with_limit");
  if (limited > 0) parts.push(t("status.limited", { count: limited }));
  const missing = count("not_built");
  if (missing > 0) parts.push(t("status.notBuilt", { count: missing }));
  return parts.join(", ");
}
