/** Every operation of the API that the interface uses, typed, with errors as `ApiError`. */
import type { Conversation, Passage, Session, Span, Status, Topic, TurnEvent } from "./model";
import type { Method, RawEvent, Reply, Transport } from "./transport";

/** The code of an error that never came from the API: nothing answered. */
export const UNREACHABLE = "unreachable";

/** A refusal by the API; `code` is what callers branch on. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(code);
  }

  /** True when the session has ended or never was. */
  get needsSession(): boolean {
    return this.status === 401;
  }
}

export class ApiClient {
  constructor(private readonly transport: Transport) {}

  get place(): Transport["place"] {
    return this.transport.place;
  }

  startSession(): Promise<Session> {
    return this.#call("POST", "/api/session");
  }

  session(): Promise<Session> {
    return this.#call("GET", "/api/session");
  }

  endSession(): Promise<void> {
    return this.#call("DELETE", "/api/session");
  }

  status(): Promise<Status> {
    return this.#call("GET", "/api/status");
  }

  async suggestions(): Promise<Topic[]> {
    const body = await this.#call<{ suggestions: Topic[] }>("GET", "/api/suggestions");
    return body.suggestions;
  }

  conversation(): Promise<Conversation> {
    return this.#call("GET", "/api/conversation");
  }

  /** Asks, and gives the id of the turn that now runs. */
  async ask(text: string): Promise<string> {
    const body = await this.#call<{ id: string }>("POST", "/api/turns", { text });
    return body.id;
  }

  cancel(turn: string): Promise<void> {
    return this.#call("POST", `/api/turns/${encodeURIComponent(turn)}/cancel`);
  }

  passage(id: string): Promise<Passage> {
    return this.#call("GET", `/api/passages/${encodeURIComponent(id)}`);
  }

  async draft(text: string): Promise<Span[]> {
    const body = await this.#call<{ findings: Span[] }>("POST", "/api/draft", { text });
    return body.findings;
  }

  /** Follows a turn from its first event; resolves when the stream ends, with or without `done`. */
  async follow(
    turn: string,
    onEvent: (event: TurnEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const deliver = (event: RawEvent) => {
      if (EVENTS.has(event.event)) onEvent(event as TurnEvent);
    };
    const path = `/api/turns/${encodeURIComponent(turn)}/events`;
    judge(await reached(this.transport.stream(path, deliver, signal)));
  }

  async #call<T>(method: Method, path: string, body?: object): Promise<T> {
    return judge(await reached(this.transport.request(method, path, body))) as T;
  }
}

const EVENTS: ReadonlySet<string> = new Set<TurnEvent["event"]>([
  "question",
  "stage",
  "queue",
  "sources",
  "delta",
  "done",
]);

async function reached(reply: Promise<Reply>): Promise<Reply> {
  try {
    return await reply;
  } catch {
    throw new ApiError(0, UNREACHABLE);
  }
}

function judge(reply: Reply): unknown {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  const error = errorOf(reply.body);
  throw new ApiError(reply.status, error.code, error.retryAfterS);
}

function errorOf(body: unknown): { code: string; retryAfterS: number | null } {
  const error = (body as { error?: { code?: unknown; retry_after_s?: unknown } } | null)?.error;
  return {
    code: typeof error?.code === "string" ? error.code : "unknown",
    retryAfterS: typeof error?.retry_after_s === "number" ? error.retry_after_s : null,
  };
}
