/** How a turn ended, in words: the notice for every outcome that is not a plain answer. */
import { duration, t } from "../../lib/i18n/messages";
import { LOST, type TurnView } from "./turn";

export type NoticeTone = "info" | "limit" | "stop" | "done" | "neutral";
export type NoticeSymbol =
  | "compass"
  | "person"
  | "hand"
  | "lock"
  | "device"
  | "book"
  | "timer"
  | "alert"
  | "chip"
  | "square"
  | "withdrawn";
export type NoticeAct = "edit" | "retry" | "again" | "details" | "passages" | "topics";

export interface NoticeContent {
  tone: NoticeTone;
  symbol: NoticeSymbol;
  title: string;
  text: string;
  /** Next steps that work now, the main one first. */
  acts: readonly NoticeAct[];
  /** Words of the site or the policy that take the place of `text`; markdown. */
  body?: string;
}

/** What a notice needs to know besides its turn. */
export interface NoticeContext {
  now: Date;
  perMinute: number;
  role: string;
}

/** The notice of a turn that has ended, or `null` where its answer speaks for itself. */
export function noticeOf(turn: TurnView, context: NoticeContext): NoticeContent | null {
  const topics: NoticeAct[] = turn.topics.length > 0 ? ["topics"] : [];
  switch (turn.outcome) {
    case null:
    case "answered":
    case "small_talk":
    case "clarify":
      return null;
    case "redirected":
      return redirected(turn, topics);
    case "blocked":
      return blocked(turn, context);
    case "denied":
      return withBody(turn, {
        tone: "limit",
        symbol: "lock",
        title: t("notice.denied.title"),
        text: t("notice.denied.text"),
        acts: [],
      });
    case "mfa_required":
      return {
        tone: "neutral",
        symbol: "device",
        title: t("notice.mfa.title"),
        text: t("notice.mfa.text"),
        acts: [],
      };
    case "out_of_scope":
      return {
        tone: "neutral",
        symbol: "book",
        title: t("notice.outOfScope.title"),
        text: t(topics.length > 0 ? "notice.outOfScope.topics" : "notice.outOfScope.text"),
        acts: topics,
      };
    case "escalated":
      return withBody(turn, {
        tone: "done",
        symbol: "person",
        title: t("notice.escalated.title"),
        text: t("notice.escalated.text"),
        acts: [],
      });
    case "rate_limited":
      return rateLimited(secondsLeft(turn, context), context.perMinute, context.role);
    case "cancelled":
      return {
        tone: "neutral",
        symbol: "square",
        title: t("notice.stopped.title"),
        text: t(turn.answer === "" ? "notice.stopped.empty" : "notice.stopped.text"),
        acts: ["again"],
      };
    case "failed":
      return failed(turn);
  }
}

function redirected(turn: TurnView, topics: NoticeAct[]): NoticeContent {
  if (turn.reason === "self_harm") {
    return withBody(turn, {
      tone: "info",
      symbol: "person",
      title: t("notice.selfHarm.title"),
      text: t("notice.selfHarm.text"),
      acts: [],
    });
  }
  return {
    tone: "info",
    symbol: "compass",
    title: t("notice.redirected.title"),
    text: t(topics.length > 0 ? "notice.redirected.topics" : "notice.redirected.text"),
    acts: topics,
  };
}

function blocked(turn: TurnView, context: NoticeContext): NoticeContent {
  if (turn.reason === "cooldown") return paused(secondsLeft(turn, context));
  if (turn.reason === "withdrawn") {
    return {
      tone: "stop",
      symbol: "withdrawn",
      title: t("notice.withdrawn.title"),
      text: t("notice.withdrawn.text"),
      acts: ["again"],
    };
  }
  const injection = turn.reason === null || turn.reason === "injection";
  return {
    tone: "stop",
    symbol: "hand",
    title: t("notice.blocked.title"),
    text: t(injection ? "notice.blocked.text" : "notice.blocked.other"),
    acts: ["edit"],
  };
}

/** The notice of a pause after several messages that could not be used. */
export function paused(seconds: number): NoticeContent {
  const over = seconds <= 0;
  return {
    tone: "limit",
    symbol: "timer",
    title: t("notice.paused.title"),
    text: over ? t("notice.paused.over") : t("notice.paused.text", { time: duration(seconds) }),
    acts: [],
  };
}

/** The notice of a pause because more messages came than `perMinute`, the limit of `role`. */
export function rateLimited(seconds: number, perMinute: number, role: string): NoticeContent {
  const over = seconds <= 0;
  return {
    tone: "limit",
    symbol: "timer",
    title: t("notice.rateLimited.title"),
    text: over
      ? t("notice.rateLimited.over")
      : t("notice.rateLimited.text", {
          count: perMinute,
          role: t(role === "public" ? "role.public" : "role.other"),
          time: duration(seconds),
        }),
    acts: [],
  };
}

function failed(turn: TurnView): NoticeContent {
  const kept = turn.answer !== "";
  const base = { tone: "stop", symbol: "alert", acts: ["retry", "details"] } as const;
  switch (turn.reason) {
    case "model_missing":
      return {
        tone: "neutral",
        symbol: "chip",
        title: t("notice.modelMissing.title"),
        text: t(
          turn.citations.length > 0 ? "notice.modelMissing.passages" : "notice.modelMissing.text",
        ),
        acts: turn.citations.length > 0 ? ["passages"] : [],
      };
    case "deadline":
      return { ...base, title: t("notice.deadline.title"), text: t("notice.deadline.text") };
    case "busy":
      return { ...base, title: t("notice.busy.title"), text: t("notice.busy.text") };
    case LOST:
      return { ...base, title: t("notice.lost.title"), text: t("notice.lost.text") };
    case "worker_ended":
      return kept
        ? { ...base, title: t("notice.failed.title"), text: t("notice.failed.text") }
        : {
            ...base,
            title: t("notice.failedEmpty.title"),
            text: t("notice.failedEmpty.worker"),
          };
    default:
      return kept
        ? { ...base, title: t("notice.failed.title"), text: t("notice.failed.kept") }
        : { ...base, title: t("notice.failedEmpty.title"), text: t("notice.failedEmpty.text") };
  }
}

function secondsLeft(turn: TurnView, { now }: NoticeContext): number {
  return turn.pausedUntil === null ? 0 : Math.ceil((turn.pausedUntil - now.valueOf()) / 1000);
}

function withBody(turn: TurnView, notice: NoticeContent): NoticeContent {
  return turn.answer === "" ? notice : { ...notice, body: turn.answer };
}

/** Whether the answer's own text is shown above the notice; for the rest the notice says it all. */
export function showsAnswer(turn: TurnView): boolean {
  switch (turn.outcome) {
    case null:
    case "answered":
    case "small_talk":
    case "clarify":
    case "cancelled":
    case "failed":
      return true;
    default:
      return false;
  }
}
