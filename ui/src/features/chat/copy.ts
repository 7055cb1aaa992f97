/** An answer as it goes to the clipboard: its text, and below it the sources that it names. */
import { t } from "../../lib/i18n/messages";
import { plainText } from "../../lib/markdown/text";
import { copyText } from "../../lib/text/clipboard";
import type { TurnView } from "./turn";

/** The answer's markdown with its sources. */
export function withSources(turn: TurnView): string {
  return sourced(turn, turn.answer);
}

/** The answer as plain text with its sources. */
export function asText(turn: TurnView): string {
  const numbers = new Set(turn.citations.map((citation) => citation.number));
  return sourced(turn, plainText(turn.answer, numbers));
}

/** Copies an answer with its sources; resolves to whether it is on the clipboard. */
export function copyAnswer(turn: TurnView): Promise<boolean> {
  return copyText(withSources(turn));
}

function sourced(turn: TurnView, answer: string): string {
  if (turn.citations.length === 0) return answer;
  const sources = turn.citations.map((citation) => `[${citation.number}] ${citation.title}`);
  return [answer, "", `${t("answer.copySources")}:`, ...sources].join("\n");
}
