/** Reads an answer aloud while it streams: whole sentences, each once, then how it ended. */
import { spoken } from "../markdown/spoken";
import { endOfWhole, sentences } from "../text/sentences";

export class SentenceReader {
  #said = 0;

  constructor(private readonly say: (sentence: string) => void) {}

  /** Takes the whole answer so far; says the sentences that have ended since the last call. */
  update(answer: string, citations: ReadonlySet<number>): void {
    const end = endOfWhole(answer);
    this.#sayUpTo(answer.slice(0, end), citations);
  }

  /** Takes the final answer; says what is left of it. */
  finish(answer: string, citations: ReadonlySet<number>): void {
    this.#sayUpTo(answer, citations);
  }

  #sayUpTo(text: string, citations: ReadonlySet<number>): void {
    const all = sentences(spoken(text, citations));
    for (const sentence of all.slice(this.#said)) this.say(sentence);
    this.#said = Math.max(this.#said, all.length);
  }
}
