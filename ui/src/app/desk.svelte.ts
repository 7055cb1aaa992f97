/** Puts the features together: what one part does that another must hear of. */
import { Conversation } from "../features/chat/conversation.svelte";
import { ConversationList } from "../features/chat/conversations.svelte";
import { Composer } from "../features/chat/composer.svelte";
import { copyAnswer } from "../features/chat/copy";
import { Narrator } from "../features/chat/narrator";
import type { NoticeAct, NoticeContext } from "../features/chat/notice";
import { isRunning, type TurnView } from "../features/chat/turn";
import { SessionState } from "../features/session/session.svelte";
import { Sources } from "../features/sources/sources.svelte";
import { StatusState } from "../features/status/status.svelte";
import { Announcer } from "../lib/aloud/announcer.svelte";
import { ApiError, type ApiClient, codeOf } from "../lib/api/client";
import type { Session, Topic } from "../lib/api/model";
import { t, timeOfDay } from "../lib/i18n/messages";
import type { Timers } from "../lib/timers";

const GUEST_IDLE_MINUTES = 20;
const GUEST_MESSAGES_PER_MINUTE = 10;

export class Desk {
  readonly announcer: Announcer;
  readonly session: SessionState;
  readonly conversation: Conversation;
  readonly conversations: ConversationList;
  readonly composer: Composer;
  readonly sources: Sources;
  readonly status: StatusState;
  suggestions = $state.raw<readonly Topic[]>([]);
  /** False until the first answer about session and conversation is in. */
  loaded = $state(false);
  /** The time as countdowns see it; moves only while one is shown. */
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
  /** The conversation that was open when the page was locked. */
  #lockedIn: string | null = null;

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
    this.conversations = new ConversationList(api, timers);
    this.composer = new Composer(api, timers, (text, replaces) =>
      this.conversation.ask(text, this.#isLast(replaces) ? replaces : null),
    );
    this.sources = new Sources(api, ended);
    this.status = new StatusState(api, timers, ([first]) => {
      if (first) this.announcer.interrupt(t("aloud.broken", { title: first.title }));
    });
  }

  /** Begins, or takes up what a reload interrupted. */
  async start(): Promise<void> {
    const resumed = await this.session.start();
    if (this.session.phase !== "active") return;
    await this.#furnish(resumed ? "latest" : "nothing");
  }

  /** Goes on as a guest: in the session that is there, or in a new one. */
  async beGuest(): Promise<void> {
    if (this.session.phase === "active" && this.session.guest) return;
    await this.session.renew();
    await this.#furnish("nothing");
  }

  /** Takes up the sign-in of a person, where they left when the page was locked for them. */
  async enter(session: Session): Promise<void> {
    const back = this.session.locked !== null && this.session.locked.name === session.name;
    const open = back ? this.#lockedIn : null;
    if (!back) this.composer.wipe();
    this.#lockedIn = null;
    this.#forgetConversation();
    this.session.wipedAt = null;
    this.session.take(session);
    await this.#furnish(open === null ? "fresh" : { open });
  }

  /** Takes up a session once its reader has a password of their own. */
  async settle(): Promise<void> {
    await this.session.refresh();
    await this.#furnish("fresh");
  }

  /** Leaves; gives the code of the error when that was not possible. */
  async leave(): Promise<string | null> {
    const { guest } = this.session;
    try {
      await this.session.leave();
    } catch (error) {
      return codeOf(error);
    }
    this.announcer.say(t(guest ? "aloud.wiped" : "aloud.signedOut"));
    if (guest) void this.#suggest();
    return null;
  }

  /** Begins another conversation, which a guest cannot: theirs is wiped first. */
  fresh(): void {
    this.sources.wipe();
    this.conversation.fresh();
  }

  /** Opens one of the reader's conversations. */
  async open(id: string): Promise<void> {
    if (this.conversation.id === id && this.conversation.turns.length > 0) return;
    this.sources.wipe();
    this.composer.editing = null;
    // One that ended meanwhile is no longer in the list either.
    if (!(await this.conversation.open(id))) await this.conversations.refresh();
    this.#tick();
  }

  /** Deletes one of the reader's conversations; gives the code of the error, if there was one. */
  async remove(id: string): Promise<string | null> {
    const code = await this.conversations.remove(id);
    if (code === null && this.conversation.id === id) this.fresh();
    return code;
  }

  ask(question: string): void {
    void this.composer.sendText(question);
  }

  /** Does a next step of a notice or answer, where this part can. */
  act(turn: TurnView, act: NoticeAct): void {
    switch (act) {
      case "retry":
      case "again":
        if (turn.question) void this.composer.sendText(turn.question.text, turn.id);
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

  #isLast(turn: string | null): boolean {
    return turn !== null && this.conversation.turns.at(-1)?.id === turn;
  }

  async #furnish(with_: "nothing" | "fresh" | "latest" | { open: string }): Promise<void> {
    // Until the password is one's own, nothing else can be asked for.
    if (this.session.session?.must_change_password) return;
    if (with_ === "fresh") this.conversation.fresh();
    else if (with_ !== "nothing") {
      const read = await this.conversation.load(with_ === "latest" ? null : with_.open);
      // A conversation that is there but cannot be read must not look like an empty one.
      if (!read && with_ === "latest") this.session.phase = "unreachable";
    }
    this.#tick();
    this.#holdAfter(this.conversation.turns.at(-1));
    this.loaded = true;
    if (!this.conversation.running) void this.composer.release();
    if (!this.session.guest) void this.conversations.refresh();
    await this.#suggest();
  }

  #turnEnded(turn: TurnView): void {
    this.now = this.timers.now();
    this.#narrator.onEnd(turn, this.context);
    this.#tick();
    this.#holdAfter(turn);
    void this.composer.release();
    void this.session.refresh();
    if (!this.session.guest) void this.#placeTurn();
  }

  /** Learns which conversation the turn went to, and how long that is kept now. */
  async #placeTurn(): Promise<void> {
    await this.conversations.refresh();
    const { conversation, conversations } = this;
    const [latest] = conversations.items;
    const current = conversations.items.find(({ id }) => id === conversation.id) ?? latest;
    if (!current || conversation.turns.length === 0) return;
    conversation.id = current.id;
    conversation.endsAt = current.ends_at;
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
    const { endedAt, locked, phase } = this.session;
    this.#lockedIn = phase === "locked" ? this.conversation.id : null;
    this.#forgetConversation();
    // Who was away finds what they were writing; nobody else does.
    if (phase !== "locked") this.composer.wipe();
    if (phase === "ended" && endedAt) {
      this.announcer.interrupt(t("ended.title", { time: timeOfDay(endedAt) }));
    }
    if (phase === "locked" && locked) this.announcer.interrupt(t(`locked.${locked.reason}`));
  }

  #forgetConversation(): void {
    this.#cancelTick();
    this.announcer.hush();
    this.conversation.wipe();
    this.conversations.wipe();
    this.sources.wipe();
    this.suggestions = [];
  }
}
