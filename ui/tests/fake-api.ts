/** The API as a test plays it: a small backend in memory behind the `Transport` interface. */
import type { Citation, Outcome, Passage, Span, Status, Topic, Turn } from "../src/lib/api/model";
import type { Method, RawEvent, Reply, Transport } from "../src/lib/api/transport";

export const CITATIONS: Citation[] = [
  { number: 1, id: "visiting/morning", title: "When may I visit in the morning?", label: "public" },
  { number: 2, id: "visiting/ring", title: "Can the ward ring me?", label: "internal" },
];

export function turnRecord(change: Partial<Turn> = {}): Turn {
  return {
    id: "t1",
    asked_at: "2026-03-02T14:02:00Z",
    completed_at: "2026-03-02T14:02:03Z",
    question: { text: "When can I visit?", hidden: [] },
    answer: "From 07:00. [1] Ring first. [2]",
    outcome: "answered",
    reason: null,
    citations: CITATIONS,
    topics: [],
    model: "small",
    timings_ms: { total: 3400 },
    retry_after_s: null,
    ...change,
  };
}

export function ended(outcome: Outcome, change: Partial<Turn> = {}): Turn {
  return turnRecord({ outcome, answer: "", citations: [], ...change });
}

interface Stream {
  path: string;
  onEvent: (event: RawEvent) => void;
  signal: AbortSignal;
  end: (reply: Reply) => void;
}

export class FakeApi implements Transport {
  readonly place = "window";
  readonly calls: { method: Method; path: string; body: unknown }[] = [];
  streams: Stream[] = [];
  session = false;
  reachable = true;
  turns: Turn[] = [];
  suggestions: Topic[] = [{ id: "s1", question: "When are visiting hours?" }];
  findings: Span[] = [];
  passages = new Map<string, Passage>(
    CITATIONS.map(({ id, title, label }) => [
      id,
      {
        id,
        title,
        label,
        topic: "Visiting the wards",
        text: `Passage of **${id}**.`,
        collection: "Patient Services",
        updated_at: "2026-03-01T10:00:00Z",
      },
    ]),
  );
  status: Status = {
    version: "0.1.0",
    site: { name: "St. Anselm Hospital" },
    model: { state: "ready", id: "small" },
    promises: [
      { id: "P1", title: "Nothing leaves this machine", state: "held", evidence: "Refused." },
      {
        id: "P2",
        title: "Nothing readable lies on disk",
        state: "held_with_limit",
        evidence: "None found.",
        limit: "Swap is not encrypted.",
      },
      { id: "P3", title: "Nobody sees beyond their role", state: "not_built", evidence: "–" },
    ],
  };
  /** Answers given instead of the usual ones, by "METHOD path". */
  overrides = new Map<string, Reply>();

  async request(method: Method, path: string, body?: object): Promise<Reply> {
    this.calls.push({ method, path, body });
    if (!this.reachable) throw new Error("connection refused");
    return this.overrides.get(`${method} ${path}`) ?? this.#answer(method, path, body);
  }

  stream(path: string, onEvent: (event: RawEvent) => void, signal: AbortSignal): Promise<Reply> {
    this.calls.push({ method: "GET", path, body: undefined });
    return new Promise((end) => this.streams.push({ path, onEvent, signal, end }));
  }

  /** Sends an event on the newest stream, as a transport would: not after an abort. */
  emit(event: string, data: unknown): void {
    const stream = this.streams.at(-1);
    if (stream && !stream.signal.aborted) stream.onEvent({ event, data });
  }

  /** Plays the beginning of a turn up to its first words. */
  begin(question = "When can I visit?", hidden: Span[] = []): void {
    this.emit("question", {
      turn: "t1",
      asked_at: "2026-03-02T14:02:00Z",
      question: { text: question, hidden },
    });
    this.emit("stage", { stage: "retrieve" });
    this.emit("sources", { citations: CITATIONS });
    this.emit("stage", { stage: "generate" });
  }

  /** Ends the newest turn and its stream. */
  finish(turn: Turn): void {
    this.emit("done", { turn });
    this.streams.at(-1)?.end({ status: 200, body: null });
  }

  /** How often "METHOD path" was called. */
  count(call: string): number {
    return this.calls.filter(({ method, path }) => `${method} ${path}` === call).length;
  }

  #answer(method: Method, path: string, body?: object): Reply {
    const call = `${method} ${path}`;
    if (call === "GET /api/status") return { status: 200, body: structuredClone(this.status) };
    if (call === "POST /api/session") {
      this.session = true;
      this.turns = [];
      return { status: 201, body: this.#session() };
    }
    if (!this.session) return refusal(401, "session_required");
    if (call === "GET /api/session") return { status: 200, body: this.#session() };
    if (call === "DELETE /api/session") {
      this.session = false;
      return { status: 204, body: null };
    }
    if (call === "GET /api/suggestions") {
      return { status: 200, body: { suggestions: this.suggestions } };
    }
    if (call === "GET /api/conversation") {
      return { status: 200, body: { id: "c1", ends_at: null, turns: this.turns } };
    }
    if (call === "POST /api/draft") return { status: 200, body: { findings: this.findings } };
    if (call === "POST /api/turns") {
      const text = (body as { text: string }).text;
      return text.trim() === ""
        ? refusal(422, "message_empty")
        : { status: 202, body: { id: `t${this.count("POST /api/turns")}` } };
    }
    if (path.endsWith("/cancel")) return { status: 204, body: null };
    const passage = this.passages.get(decodeURIComponent(path.replace("/api/passages/", "")));
    return passage ? { status: 200, body: passage } : refusal(404, "not_found");
  }

  #session(): object {
    return {
      kind: "guest",
      role: "public",
      idle_minutes: 20,
      expires_at: "2026-03-02T14:22:00Z",
      messages_per_minute: 10,
    };
  }
}

export function refusal(status: number, code: string, retry?: number): Reply {
  return { status, body: { error: { code, message: "words", retry_after_s: retry } } };
}
