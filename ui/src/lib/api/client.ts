/** Every operation of the API that the interface uses, typed, with errors as `ApiError`. */
import type {
  Conversation,
  Feedback,
  OwnConversation,
  Passage,
  Session,
  Span,
  Status,
  Topic,
  TurnEvent,
} from "./model";
import type { Method, RawEvent, Reply, SavedFile, Transport } from "./transport";

/** The code of an error that never came from the API: nothing answered. */
export const UNREACHABLE = "unreachable";

/** A refusal by the API; `code` is what callers branch on. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterS: number | null = null,
    /** What the API says for people, in English; holds nothing that anybody wrote. */
    readonly detail: string = "",
  ) {
    super(code);
  }

  /** True when the session has ended or never was. */
  get needsSession(): boolean {
    return this.code === "session_required" || (this.status === 401 && this.code === "unknown");
  }
}

/** The code of anything that was thrown. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : "unknown";
}

export class ApiClient {
  /**
   * Asks for a fresh second factor when an act wants one; resolves to whether it was shown, and
   * the act is then tried once more.
   */
  onStepUp: (() => Promise<boolean>) | null = null;

  constructor(private readonly transport: Transport) {}

  get place(): Transport["place"] {
    return this.transport.place;
  }

  startSession(): Promise<Session> {
    return this.call("POST", "/api/session");
  }

  session(): Promise<Session> {
    return this.call("GET", "/api/session");
  }

  endSession(): Promise<void> {
    return this.call("DELETE", "/api/session");
  }

  status(): Promise<Status> {
    return this.call("GET", "/api/status");
  }

  /** Says that the person is still there. */
  stay(): Promise<Session> {
    return this.call("POST", "/api/session/stay");
  }

  async suggestions(): Promise<Topic[]> {
    const body = await this.call<{ suggestions: Topic[] }>("GET", "/api/suggestions");
    return body.suggestions;
  }

  /** A conversation of the reader, the latest unless one is named. */
  conversation(id: string | null = null): Promise<Conversation> {
    const path = id === null ? "/api/conversation" : `/api/conversations/${segment(id)}`;
    return this.call("GET", path);
  }

  /** The reader's conversations, or those in which `find` was said. */
  async conversations(find = ""): Promise<OwnConversation[]> {
    const query = find.trim() === "" ? "" : `?find=${encodeURIComponent(find.trim())}`;
    const body = await this.call<{ items: OwnConversation[] }>("GET", `/api/conversations${query}`);
    return body.items;
  }

  /** Begins a conversation, to which the next question goes. */
  beginConversation(): Promise<OwnConversation> {
    return this.call("POST", "/api/conversations");
  }

  deleteConversation(id: string): Promise<void> {
    return this.call("DELETE", `/api/conversations/${segment(id)}`);
  }

  /** Asks, and gives the id of the turn that now runs. */
  async ask(text: string, conversation: string | null = null): Promise<string> {
    const message = conversation === null ? { text } : { text, conversation };
    const body = await this.call<{ id: string }>("POST", "/api/turns", message);
    return body.id;
  }

  deleteTurn(turn: string): Promise<void> {
    return this.call("DELETE", `/api/turns/${segment(turn)}`);
  }

  rate(turn: string, feedback: Feedback): Promise<void> {
    return this.call("POST", `/api/turns/${segment(turn)}/feedback`, feedback);
  }

  cancel(turn: string): Promise<void> {
    return this.call("POST", `/api/turns/${segment(turn)}/cancel`);
  }

  passage(id: string): Promise<Passage> {
    return this.call("GET", `/api/passages/${segment(id)}`);
  }

  async draft(text: string): Promise<Span[]> {
    const body = await this.call<{ findings: Span[] }>("POST", "/api/draft", { text });
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
    const path = `/api/turns/${segment(turn)}/events`;
    judge(await reached(this.transport.stream(path, deliver, signal)));
  }

  /** One operation, by its route; subjects with many of them have a client of their own. */
  call<T>(method: Method, path: string, body?: object): Promise<T> {
    return this.#steppedUp(() => this.callOnce<T>(method, path, body));
  }

  /** As `call`, for what shows a second factor itself. */
  async callOnce<T>(method: Method, path: string, body?: object): Promise<T> {
    return judge(await reached(this.transport.request(method, path, body))) as T;
  }

  /** Saves what an operation answers as a file. */
  save(method: Method, path: string, body: object | undefined, name: string): Promise<SavedFile> {
    return this.#steppedUp(
      async () => judge(await reached(this.transport.save(method, path, body, name))) as SavedFile,
    );
  }

  /** Puts the bytes of a file. */
  upload<T>(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<T> {
    return this.#steppedUp(
      async () => judge(await reached(this.transport.upload(path, bytes))) as T,
    );
  }

  async #steppedUp<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const wanted = error instanceof ApiError && error.code === "mfa_required";
      if (!wanted || this.onStepUp === null || !(await this.onStepUp())) throw error;
      return act();
    }
  }
}

/** A value as one segment of a path. */
export function segment(value: string): string {
  return encodeURIComponent(value);
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
  throw new ApiError(reply.status, error.code, error.retryAfterS, error.detail);
}

interface Problem {
  code: string;
  retryAfterS: number | null;
  detail: string;
}

function errorOf(body: unknown): Problem {
  const { error } = (body ?? {}) as { error?: Record<string, unknown> };
  return {
    code: typeof error?.["code"] === "string" ? error["code"] : "unknown",
    retryAfterS: typeof error?.["retry_after_s"] === "number" ? error["retry_after_s"] : null,
    detail: typeof error?.["message"] === "string" ? error["message"] : "",
  };
}
