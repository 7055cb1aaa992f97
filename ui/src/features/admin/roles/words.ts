/** What a permission is called; one that this page does not know keeps its own name. */
import { isKey, type PlainKey, t } from "../../../lib/i18n/messages";

export function permissionWords(permission: string): string {
  const key = `permission.${permission}`;
  return isKey(key) ? t(key as PlainKey) : permission;
}
