/** The sentence for an error code; a code that this page does not know is still said in words. */
import { isKey, type PlainKey, t } from "./messages";

export function errorText(code: string): string {
  const key = `error.${code}`;
  return t(isKey(key) ? (key as PlainKey) : "error.unknown");
}
