/** How a request reaches the API: over Tauri's commands in the window, over HTTP in a browser. */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer of the API, not yet judged by its status. */
export interface Reply {
  status: number;
  body: unknown;
}

/** Where a file was saved, as far as this page can know. */
export interface SavedFile {
  file: string;
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
   * Saves the answer to a request as a file called `name`, where the person finds it; the body of
   * the reply is then a `SavedFile`.
   */
  save(method: Method, path: string, body: object | undefined, name: string): Promise<Reply>;
  /** Puts the bytes of a file; rejects as `request` does. */
  upload(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Reply>;
  /**
   * Delivers events in order and resolves when the stream has ended, with status 200 even if it
   * ended early. After `signal` aborts, no event is delivered any more.
   */
  stream(path: string, onEvent: (event: RawEvent) => void, signal: AbortSignal): Promise<Reply>;
}
