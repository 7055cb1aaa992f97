/** One turn as the page shows it, and how each event of the API changes it. Pure. */
import type {
  Citation,
  Outcome,
  Question,
  Stage,
  Topic,
  Turn,
  TurnEvent,
} from "../../lib/api/model";

/** Reasons that this page gives a turn itself, when the API can no longer be asked. */
export const LOST = "connection_lost";

export interface TurnView {
  id: string;
  askedAt: string;
  /** `null` until the API has said what the question reads like without its details. */
  question: Question | null;
  /** `null` once the turn is over. */
  stage: Stage | null;
  /** Place in line, 1 being next; `null` when not waiting. */
  position: number | null;
  answer: string;
  citations: Citation[];
  outcome: Outcome | null;
  reason: string | null;
  topics: Topic[];
  model: string | null;
  totalMs: number | null;
  /** Until when a pause lasts, in milliseconds since the epoch. */
  pausedUntil: number | null;
}

/** A turn that was just accepted and of which nothing else is known. */
export function accepted(id: string, now: Date): TurnView {
  return {
    id,
    askedAt: now.toISOString(),
    question: null,
    stage: "guard",
    position: null,
    answer: "",
    citations: [],
    outcome: null,
    reason: null,
    topics: [],
    model: null,
    totalMs: null,
    pausedUntil: null,
  };
}

/** A turn as the API keeps it; one without an outcome still runs. */
export function fromRecord(turn: Turn, now: Date): TurnView {
  const ended = turn.outcome !== null;
  return {
    id: turn.id,
    askedAt: turn.asked_at,
    question: turn.question,
    stage: ended ? null : "guard",
    position: null,
    answer: turn.answer,
    citations: turn.citations,
    outcome: turn.outcome,
    reason: turn.reason,
    topics: turn.topics,
    model: turn.model,
    totalMs: turn.timings_ms.total ?? null,
    pausedUntil: pauseOf(turn, now),
  };
}

/**
 * Applies one event. Events are replayed from the first after a reconnection, so `question`
 * starts the turn anew instead of adding to what was there.
 */
export function applyEvent(turn: TurnView, event: TurnEvent, now: Date): TurnView {
  switch (event.event) {
    case "question":
      return {
        ...accepted(turn.id, now),
        askedAt: event.data.asked_at,
        question: event.data.question,
      };
    case "stage":
      return { ...turn, stage: event.data.stage, position: null };
    case "queue":
      return { ...turn, stage: "queue", position: event.data.position };
    case "sources":
      return { ...turn, citations: event.data.citations };
    case "delta":
      return { ...turn, stage: "generate", position: null, answer: turn.answer + event.data.text };
    case "done":
      return { ...fromRecord(event.data.turn, now), id: turn.id };
  }
}

/** A turn whose end nobody can tell any more. */
export function lost(turn: TurnView): TurnView {
  return { ...turn, stage: null, position: null, outcome: "failed", reason: LOST };
}

/** True while the turn runs. */
export function isRunning(turn: TurnView): boolean {
  return turn.outcome === null;
}

// The API tells seconds to wait from the turn's end, which may be long past on a reload.
function pauseOf(turn: Turn, now: Date): number | null {
  if (turn.retry_after_s === null) return null;
  const end = turn.completed_at ? Date.parse(turn.completed_at) : now.valueOf();
  const from = Number.isNaN(end) ? now.valueOf() : Math.min(end, now.valueOf());
  return from + turn.retry_after_s * 1000;
}
