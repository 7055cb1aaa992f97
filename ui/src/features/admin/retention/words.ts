/** What a class of data is called by those who look after it. */
import type { Hold } from "../../../lib/api/model";
import { isKey, type PlainKey, t } from "../../../lib/i18n/messages";

export function className(name: string): string {
  return said(`class.${name}`) ?? said(`retention.name.${name}`) ?? name;
}

/** What a class holds; the API's own words for one that this page does not know. */
export function classContent(name: string, otherwise: string): string {
  return said(`retention.what.${name}`) ?? otherwise;
}

/** What a hold keeps. */
export function holdWords(hold: Hold): string {
  const { class: held, pseudonym } = hold;
  if (held && pseudonym) return t("retention.holds.personClass", { what: className(held) });
  if (held) return t("retention.holds.class", { what: className(held) });
  return t(pseudonym ? "retention.holds.person" : "retention.holds.all");
}

function said(key: string): string | null {
  return isKey(key) ? t(key as PlainKey) : null;
}
