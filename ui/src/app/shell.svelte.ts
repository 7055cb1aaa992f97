/** What stands around the conversation: who is here, where in the page they are, and how it looks. */
import { IdleWatch } from "../features/session/idle.svelte";
import { SignIn } from "../features/session/sign-in.svelte";
import { StepUp } from "../features/session/step-up.svelte";
import { AccountApi } from "../lib/api/account";
import { ApiError, type ApiClient } from "../lib/api/client";
import type { Session } from "../lib/api/model";
import { PrivacyApi } from "../lib/api/privacy";
import { SetupApi } from "../lib/api/setup";
import { Display } from "../lib/display.svelte";
import { duration, t } from "../lib/i18n/messages";
import type { Timers } from "../lib/timers";
import { Desk } from "./desk.svelte";
import { administers, isOpenTo } from "./navigation";
import { type Place, Places } from "./places.svelte";

export class Shell {
  readonly desk: Desk;
  readonly places = new Places();
  readonly display = new Display();
  readonly account: AccountApi;
  readonly privacy: PrivacyApi;
  readonly setup: SetupApi;
  readonly signIn: SignIn;
  readonly stepUp: StepUp;
  readonly idle: IdleWatch;
  /** Whether the page knows that nobody looks after this machine yet, and can help with that. */
  unattended = $derived.by(
    () => this.api.place === "window" && this.desk.status.status?.administered === false,
  );
  administers = $derived.by(() => administers(this.desk.session.session));
  /** Where one is, as far as the session opens it. */
  place = $derived.by<Place>(() => {
    const { current } = this.places;
    return isOpenTo(current, this.desk.session.session) ? current : { name: "chat" };
  });

  constructor(
    readonly api: ApiClient,
    readonly timers: Timers,
  ) {
    this.account = new AccountApi(api);
    this.privacy = new PrivacyApi(api);
    this.setup = new SetupApi(api);
    this.desk = new Desk(api, timers);
    this.signIn = new SignIn(this.account, timers);
    const { session, announcer } = this.desk;
    this.stepUp = new StepUp(this.account, (elevated) => session.take(elevated));
    this.idle = new IdleWatch(timers, {
      stay: () => this.#stay(),
      over: () => void (session.guest ? session.refresh() : session.lock()),
      warn: (seconds) => {
        const key = session.guest ? "idle.wiping" : "idle.locking";
        announcer.interrupt(t(key, { time: duration(seconds) }));
      },
    });
    session.onTake = ({ expires_at }) => this.idle.watch(Date.parse(expires_at));
    api.onStepUp = () => this.stepUp.ask();
  }

  get now(): Date {
    return this.timers.now();
  }

  /** Begins, or takes up what a reload interrupted; a machine that nobody looks after says so. */
  async start(): Promise<void> {
    await Promise.all([this.desk.status.watch(), this.desk.start()]);
    const fresh = this.desk.session.phase === "active" && this.desk.conversation.turns.length === 0;
    if (this.unattended && fresh) this.places.replace({ name: "setup" });
    else if (this.places.current.name === "setup") this.places.replace({ name: "chat" });
  }

  /** Tries to sign in with what was typed. */
  async submitSignIn(): Promise<void> {
    const session = await this.signIn.submit();
    if (session) await this.enter(session);
  }

  /** Takes up the session of a person who signed in. */
  async enter(session: Session): Promise<void> {
    const locked = this.desk.session.phase === "locked";
    await this.desk.enter(session);
    if (!locked) this.places.replace({ name: "chat" });
  }

  /** As `enter`, for the first run, which goes on where it is. */
  async adopt(session: Session): Promise<void> {
    await this.desk.enter(session);
    await this.desk.status.watch();
  }

  /** Signs out; gives the code of the error when that was not possible. */
  async signOut(): Promise<string | null> {
    const code = await this.desk.leave();
    if (code === null) this.#closeDoor();
    return code;
  }

  /** After a locked page: whoever was here is not coming back to it. */
  abandon(): void {
    const { session, composer } = this.desk;
    composer.wipe();
    session.locked = null;
    session.phase = "left";
    this.#closeDoor();
  }

  async beGuest(): Promise<void> {
    this.signIn.forget();
    await this.desk.beGuest();
    this.places.replace({ name: "chat" });
  }

  /** Somebody did something on the page. */
  touch(): void {
    const { phase, guest } = this.desk.session;
    if (phase === "active" && !guest) this.idle.touch();
  }

  #closeDoor(): void {
    this.idle.stop();
    this.stepUp.cancel();
    this.signIn.forget();
    this.places.replace({ name: "sign-in" });
  }

  async #stay(): Promise<number | null> {
    const { session } = this.desk;
    try {
      const stayed = await this.api.stay();
      session.session = stayed;
      return Date.parse(stayed.expires_at);
    } catch (error) {
      if (error instanceof ApiError && error.needsSession) session.end();
      return null;
    }
  }
}
