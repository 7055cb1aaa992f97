/** Tells a turn's progress to whoever listens instead of looking. */
import type { TurnEvent } from "../../lib/api/model";
import { SentenceReader } from "../../lib/aloud/reader";
import { ordinal, t } from "../../lib/i18n/messages";
import { type NoticeContext, noticeOf } from "./notice";
import type { TurnView } from "./turn";

export interface Voice {
  say(sentence: string): void;
  hush(): void;
}

export class Narrator {
  #turn = "";
  #reader: SentenceReader | null = null;
  #told = new Set<string>();

  constructor(private readonly voice: Voice) {}

  /** Takes an event together with the turn as it now stands. */
  onEvent(turn: TurnView, event: TurnEvent): void {
    if (turn.id !== this.#turn) this.#begin(turn.id);
    switch (event.event) {
      case "sources":
        if (turn.citations.length > 0) {
          this.#once("reading", t("aloud.reading", { count: turn.citations.length }));
        }
        break;
      case "queue": {
        const place = ordinal(event.data.position);
        this.#once(`queue ${place}`, t("notice.queue.title", { place }));
        break;
      }
      case "delta":
        this.#once("writing", t("aloud.writing"));
        this.#reader?.update(turn.answer, numbersOf(turn));
        break;
      case "question":
      case "stage":
      case "done":
        break;
    }
  }

  /** Takes a turn that has ended. */
  onEnd(turn: TurnView, context: NoticeContext): void {
    if (turn.id !== this.#turn) this.#begin(turn.id);
    const notice = noticeOf(turn, context);
    if (notice) {
      // What was still to be read counts for less than how it ended.
      this.voice.hush();
      this.voice.say(`${notice.title}. ${notice.text}`);
      return;
    }
    this.#reader?.finish(turn.answer, numbersOf(turn));
    const count = turn.citations.length;
    this.voice.say(count > 0 ? t("aloud.finished", { count }) : t("aloud.finishedPlain"));
  }

  #begin(id: string): void {
    this.#turn = id;
    this.#told.clear();
    this.#reader = new SentenceReader((sentence) => this.voice.say(sentence));
  }

  #once(key: string, sentence: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.voice.say(sentence);
  }
}

function numbersOf(turn: TurnView): ReadonlySet<number> {
  return new Set(turn.citations.map((citation) => citation.number));
}
