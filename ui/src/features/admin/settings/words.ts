/** What a limit is called, and why it is as it is. */
import { isKey, type PlainKey, t } from "../../../lib/i18n/messages";

const ROLE = "messages:";

export function limitName(name: string): string {
  if (name.startsWith(ROLE)) return t("limit.role", { role: name.slice(ROLE.length) });
  return said(`limit.${name}`, name);
}

export function limitReason(name: string): string {
  if (name.startsWith(ROLE)) return t("limit.role.why");
  return said(`limit.${name}.why`, "");
}

function said(key: string, otherwise: string): string {
  return isKey(key) ? t(key as PlainKey) : otherwise;
}
