/** An answer as it goes to the clipboard: its text, and below it the sources that it names. */
import { t } from "../../lib/i18n/messages";
import { copyText } from "../../lib/text/clipboard";
import type { TurnView } from "./turn";

/** The answer's markdown with its sources. */
export function withSources(turn: TurnView): string {
  if (turn.citations.length === 0) return turn.answer;
  const sources = turn.citations.map((citation) => `[${citation.number}] ${citation.title}`);
  return [turn.answer, "", `${t("answer.copySources")}:`, ...sources].join("\n");
}

/** Copies an answer with its sources; resolves to whether it is on the clipboard. */
export function copyAnswer(turn: TurnView): Promise<boolean> {
  return copyText(withSources(turn));
}
