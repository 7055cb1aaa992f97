/** How a request reaches the API: over Tauri's commands in the window, over HTTP in a browser. */

export type Method = "GET" | "POST" | "DELETE";

/** An answer of the API, not yet judged by its status. */
export interface Reply {
  status: number;
  body: unknown;
}

/** One server-sent event, its data already parsed from JSON. */
export interface RawEvent {
  event: string;
  data: unknown;
}

export interface Transport {
  /** Says where the page runs, because a few sentences differ. */
  readonly place: "window" | "browser";
  /** Rejects only when the API cannot be reached at all. */
  request(method: Method, path: string, body?: object): Promise<Reply>;
  /**
   * Delivers events in order and resolves when the stream has ended, with status 200 even if it
   * ended early. After `signal` aborts, no event is delivered any more.
   */
  stream(path: string, onEvent: (event: RawEvent) => void, signal: AbortSignal): Promise<Reply>;
}
