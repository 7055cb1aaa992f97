/** A trial question: asked as anybody would, timed, and deleted. */
import { type ApiClient, codeOf } from "../../lib/api/client";
import type { TurnEvent } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";

export interface Measured {
  question: string;
  firstMs: number | null;
  totalMs: number;
  /** Words a second while they were written; `null` where the model wrote none. */
  wordsPerSecond: number | null;
}

export class Trial {
  busy = $state(false);
  /** The code of the error of the last try. */
  error = $state<string | null>(null);
  measured = $state.raw<Measured | null>(null);

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
  ) {}

  async run(question: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    this.measured = null;
    try {
      const conversation = await this.api.beginConversation();
      this.measured = await this.#time(question, conversation.id);
      await this.api.deleteConversation(conversation.id);
    } catch (error) {
      this.error = codeOf(error);
    } finally {
      this.busy = false;
    }
  }

  async #time(question: string, conversation: string): Promise<Measured> {
    const begun = this.#now();
    const clock = { first: null as number | null, last: begun, words: 0, generated: false };
    const id = await this.api.ask(question, conversation);
    const listen = (event: TurnEvent) => {
      if (event.event === "stage") clock.generated ||= event.data.stage === "generate";
      if (event.event !== "delta") return;
      clock.last = this.#now();
      clock.first ??= clock.last;
      clock.words += event.data.text.split(/\s+/).filter((word) => word !== "").length;
    };
    await this.api.follow(id, listen, new AbortController().signal);
    const writing = clock.first === null ? 0 : (clock.last - clock.first) / 1000;
    const wrote = clock.generated && writing > 0.05;
    return {
      question,
      firstMs: clock.first === null ? null : clock.first - begun,
      totalMs: this.#now() - begun,
      wordsPerSecond: wrote ? Math.round(clock.words / writing) : null,
    };
  }

  #now(): number {
    return this.timers.now().valueOf();
  }
}
