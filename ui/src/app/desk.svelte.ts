/** Puts the features together: what one part does that another must hear of. */
import { Conversation } from "../features/chat/conversation.svelte";
import { Composer } from "../features/chat/composer.svelte";
import { copyAnswer } from "../features/chat/copy";
import { Narrator } from "../features/chat/narrator";
import type { NoticeAct, NoticeContext } from "../features/chat/notice";
import { isRunning, type TurnView } from "../features/chat/turn";
import { SessionState } from "../features/session/session.svelte";
import { Sources } from "../features/sources/sources.svelte";
import { StatusState } from "../features/status/status.svelte";
import { Announcer } from "../lib/aloud/announcer.svelte";
import { ApiError, type ApiClient } from "../lib/api/client";
import type { Topic } from "../lib/api/model";
import { t, timeOfDay } from "../lib/i18n/messages";
import type { Timers } from "../lib/timers";

const GUEST_IDLE_MINUTES = 20;
const GUEST_MESSAGES_PER_MINUTE = 10;

export class Desk {
  readonly announcer: Announcer;
  readonly session: SessionState;
  readonly conversation: Conversation;
  readonly composer: Composer;
  readonly sources: Sources;
  readonly status: StatusState;
  suggestions = $state.raw<readonly Topic[]>([]);
  /** False until the first answer about session and conversation is in. */
  loaded = $state(false);
  /** The time as notices with a countdown see it; moves only while one is shown. */
  now = $state.raw(new Date());
  /** Whether there is a session to send in: now, in a moment, or not before somebody acts. */
  ready = $derived.by<"yes" | "soon" | "no">(() => {
    if (this.session.phase === "starting") return "soon";
    if (this.session.phase !== "active") return "no";
    return this.loaded ? "yes" : "soon";
  });
  minutes = $derived.by(() => this.session.session?.idle_minutes ?? GUEST_IDLE_MINUTES);
  context = $derived.by<NoticeContext>(() => ({
    now: this.now,
    perMinute: this.session.session?.messages_per_minute ?? GUEST_MESSAGES_PER_MINUTE,
    role: this.session.session?.role ?? "public",
  }));
  readonly #narrator: Narrator;
  #cancelTick: () => void = () => {};

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
  ) {
    const ended = () => this.session.end();
    this.announcer = new Announcer(timers);
    this.#narrator = new Narrator(this.announcer);
    this.session = new SessionState(api, timers, () => this.#wipe());
    this.conversation = new Conversation(api, timers, {
      onEvent: (turn, event) => this.#narrator.onEvent(turn, event),
      onEnd: (turn) => this.#turnEnded(turn),
      onSessionEnded: ended,
    });
    this.composer = new Composer(api, timers, (text) => this.conversation.ask(text));
    this.sources = new Sources(api, ended);
    this.status = new StatusState(api, timers, ([first]) => {
      if (first) this.announcer.interrupt(t("aloud.broken", { title: first.title }));
    });
  }

  /** Begins, or takes up what a reload interrupted. */
  async start(): Promise<void> {
    void this.status.watch();
    const resumed = await this.session.start();
    // A conversation that is there but cannot be read must not look like an empty one.
    if (resumed && !(await this.conversation.load())) this.session.phase = "unreachable";
    this.#tick();
    this.#holdAfter(this.conversation.turns.at(-1));
    this.loaded = true;
    if (!this.conversation.running) void this.composer.release();
    await this.#suggest();
  }

  /** Starts a new conversation after the last one has ended by itself. */
  async renew(): Promise<void> {
    await this.session.renew();
    await this.#suggest();
  }

  /** Leaves and wipes; gives the code of the error when that was not possible. */
  async leave(): Promise<string | null> {
    try {
      await this.session.leave();
    } catch (error) {
      return error instanceof ApiError ? error.code : "unknown";
    }
    this.announcer.say(t("aloud.wiped"));
    void this.#suggest();
    return null;
  }

  ask(question: string): void {
    void this.composer.sendText(question);
  }

  /** Does a next step of a notice or answer, where this part can. */
  act(turn: TurnView, act: NoticeAct): void {
    switch (act) {
      case "retry":
      case "again":
        if (turn.question) this.ask(turn.question.text);
        break;
      case "passages": {
        const [first] = turn.citations;
        if (first) this.sources.show(turn.id, turn.citations, first.number);
        break;
      }
      case "edit":
      case "details":
      case "topics":
        break;
    }
  }

  /** Copies the last answer that is done; resolves to whether there was one. */
  async copyLastAnswer(): Promise<boolean> {
    const last = this.conversation.turns.findLast((turn) => !isRunning(turn) && turn.answer !== "");
    if (!last || !(await copyAnswer(last))) return false;
    this.announcer.say(t("answer.copied"));
    return true;
  }

  /** Opens a source of the last answer that has any. */
  openSource(number: number): void {
    const last = this.conversation.turns.findLast((turn) => turn.citations.length > 0);
    if (last) this.sources.show(last.id, last.citations, number);
  }

  #turnEnded(turn: TurnView): void {
    this.now = this.timers.now();
    this.#narrator.onEnd(turn, this.context);
    this.#tick();
    this.#holdAfter(turn);
    void this.composer.release();
    void this.session.refresh();
  }

  #holdAfter(turn: TurnView | undefined): void {
    if (!turn || turn.pausedUntil === null) return;
    const kind = turn.outcome === "rate_limited" ? "rate_limited" : "cooling_down";
    this.composer.hold({ kind, until: turn.pausedUntil });
  }

  #tick(): void {
    this.#cancelTick();
    this.now = this.timers.now();
    const counting = this.conversation.turns.some(
      ({ pausedUntil }) => pausedUntil !== null && pausedUntil > this.now.valueOf(),
    );
    if (counting) this.#cancelTick = this.timers.after(1_000, () => this.#tick());
  }

  async #suggest(): Promise<void> {
    try {
      this.suggestions = await this.api.suggestions();
    } catch (error) {
      // Suggestions are a convenience; without them one simply asks.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #wipe(): void {
    this.#cancelTick();
    this.announcer.hush();
    this.conversation.wipe();
    this.composer.wipe();
    this.sources.wipe();
    const { endedAt } = this.session;
    if (endedAt) this.announcer.interrupt(t("ended.title", { time: timeOfDay(endedAt) }));
  }
}
