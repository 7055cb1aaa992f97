/** What an alert is about, and what to do about it. */
import type { AlertRule } from "../../../lib/api/model";
import { isKey, type PlainKey, t } from "../../../lib/i18n/messages";
import { secondsInWords } from "../parts/time";

export function alertName(kind: string): string {
  return said(`alert.${kind}`, kind);
}

/** Empty for a kind that this page does not know. */
export function playbook(kind: string): string {
  return said(`alert.${kind}.do`, "");
}

/** When a rule raises an alert, in words. */
export function condition(rule: AlertRule): string {
  switch (rule.test) {
    case "above":
      return t("alerts.rule.above", { count: rule.threshold });
    case "below":
      return t("alerts.rule.below", { count: rule.threshold });
    default:
      if (rule.threshold === 0) return t("alerts.rule.once");
      return t("alerts.rule.count", {
        count: rule.threshold,
        time: secondsInWords(rule.window_s),
      });
  }
}

/** Whether anything of a rule can be changed. */
export function isChangeable(rule: AlertRule): boolean {
  return rule.lowest < rule.highest || rule.shortest_s < rule.longest_s;
}

function said(key: string, otherwise: string): string {
  return isKey(key) ? t(key as PlainKey) : otherwise;
}

export const SEVERITY_TINTS: Record<string, string> = {
  notice: "t-info",
  warning: "t-warn",
  critical: "t-danger",
};

const SEVERITIES = ["notice", "warning", "critical"] as const;

export function severityWords(severity: string): string {
  const known = SEVERITIES.find((name) => name === severity);
  return known ? t(`alerts.severity.${known}`) : severity;
}
