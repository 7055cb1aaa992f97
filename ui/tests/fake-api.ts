/** The API as a test plays it: a small backend in memory behind the `Transport` interface. */
import type {
  Citation,
  Outcome,
  OwnConversation,
  Passage,
  Span,
  Status,
  Topic,
  Turn,
} from "../src/lib/api/model";
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

export interface Person {
  name: string;
  password: string;
  /** The code that the authenticator shows; `null` without one. */
  code: string | null;
  permissions: string[];
  mustChange: boolean;
}

export function conversationOf(id: string, title: string): OwnConversation {
  return {
    id,
    title,
    turns: 1,
    started_at: "2026-03-02T12:00:00Z",
    last_turn_at: "2026-03-02T13:00:00Z",
    ends_at: "2026-03-03T13:00:00Z",
  };
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
  /** Who may sign in, and with what. */
  person: Person = {
    name: "ada.hall",
    password: "granite violin seldom harbour",
    code: null,
    permissions: [],
    mustChange: false,
  };
  /** Whether the session is that person's. */
  signedIn = false;
  conversations: OwnConversation[] = [];
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
    administered: true,
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
  expiresAt = "2026-03-02T14:22:00Z";
  /** Answers given instead of the usual ones, by "METHOD path". */
  overrides = new Map<string, Reply>();

  async request(method: Method, path: string, body?: object): Promise<Reply> {
    this.calls.push({ method, path, body });
    if (!this.reachable) throw new Error("connection refused");
    return this.overrides.get(`${method} ${path}`) ?? this.#answer(method, path, body);
  }

  /** Files that were saved, by name. */
  saved: string[] = [];

  async save(method: Method, path: string, body: object | undefined, name: string): Promise<Reply> {
    const reply = await this.request(method, path, body);
    if (reply.status >= 300) return reply;
    this.saved.push(name);
    return { status: 200, body: { file: `/home/ada/Downloads/${name}` } };
  }

  upload(path: string, bytes: Uint8Array): Promise<Reply> {
    return this.request("PUT", path, { bytes: bytes.length });
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
      this.signedIn = false;
      this.turns = [];
      return { status: 201, body: this.#session() };
    }
    if (call === "POST /api/session/sign-in") return this.#signIn(body as Typed);
    if (!this.session) return refusal(401, "session_required");
    if (call === "GET /api/session") return { status: 200, body: this.#session() };
    if (call === "POST /api/session/stay") return { status: 200, body: this.#session() };
    if (call === "POST /api/session/elevate") {
      if (this.person.code === null) return refusal(403, "mfa_required");
      const right = (body as Typed).code === this.person.code;
      return right ? { status: 200, body: this.#session() } : refusal(401, "sign_in_refused");
    }
    if (call === "GET /api/conversations") {
      return { status: 200, body: { items: this.conversations } };
    }
    if (path.startsWith("/api/conversations?find=")) {
      const wanted = decodeURIComponent(path.split("=")[1] ?? "").toLowerCase();
      const items = this.conversations.filter(({ title }) => title?.toLowerCase().includes(wanted));
      return { status: 200, body: { items } };
    }
    if (call === "POST /api/conversations") {
      return { status: 201, body: conversationOf("fresh", "") };
    }
    if (method === "DELETE" && path.startsWith("/api/conversations/")) {
      return { status: 204, body: null };
    }
    if (method === "DELETE" && path.startsWith("/api/turns/")) return { status: 204, body: null };
    if (path.endsWith("/feedback")) return { status: 204, body: null };
    if (call === "DELETE /api/session") {
      this.session = false;
      this.signedIn = false;
      return { status: 204, body: null };
    }
    if (call === "GET /api/suggestions") {
      return { status: 200, body: { suggestions: this.suggestions } };
    }
    if (path.startsWith("/api/conversations/")) {
      const id = path.split("/").at(-1);
      return { status: 200, body: { id, ends_at: "2026-03-03T13:00:00Z", turns: this.turns } };
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

  #signIn({ name, password, code }: Typed): Reply {
    if (name !== this.person.name || password !== this.person.password) {
      return refusal(401, "sign_in_refused");
    }
    if (this.person.code !== null && code === undefined) return refusal(403, "mfa_required");
    if (this.person.code !== null && code !== this.person.code) {
      return refusal(401, "sign_in_refused");
    }
    this.session = true;
    this.signedIn = true;
    this.turns = [];
    return { status: 201, body: this.#session() };
  }

  #session(): object {
    if (this.signedIn) {
      return {
        kind: "account",
        name: this.person.name,
        role: "employee",
        permissions: this.person.permissions,
        idle_minutes: 20,
        expires_at: this.expiresAt,
        messages_per_minute: 30,
        must_change_password: this.person.mustChange,
      };
    }
    return {
      kind: "guest",
      role: "public",
      permissions: [],
      idle_minutes: 20,
      expires_at: this.expiresAt,
      messages_per_minute: 10,
    };
  }
}

interface Typed {
  name?: string;
  password?: string;
  code?: string;
}

export function refusal(status: number, code: string, retry?: number): Reply {
  return { status, body: { error: { code, message: "words", retry_after_s: retry } } };
}
