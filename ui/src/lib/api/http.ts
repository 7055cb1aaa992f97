import { EventStreamParser } from "./sse";
import type { Method, RawEvent, Reply, Transport } from "./transport";

/** Speaks to the API of the server that the page came from; the session is its cookie. */
export class HttpTransport implements Transport {
  readonly place = "browser";

  constructor(private readonly fetcher: typeof fetch = (...args) => fetch(...args)) {}

  async request(method: Method, path: string, body?: object): Promise<Reply> {
    return replyOf(await this.fetcher(path, asked(method, body)));
  }

  async save(method: Method, path: string, body: object | undefined, name: string): Promise<Reply> {
    const response = await this.fetcher(path, asked(method, body));
    if (!response.ok) return replyOf(response);
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    URL.revokeObjectURL(address);
    return { status: response.status, body: { file: name } };
  }

  async upload(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Reply> {
    const response = await this.fetcher(path, {
      method: "PUT",
      credentials: "same-origin",
      cache: "no-store",
      headers: { "content-type": "application/octet-stream" },
      body: bytes,
    });
    return replyOf(response);
  }

  async stream(
    path: string,
    onEvent: (event: RawEvent) => void,
    signal: AbortSignal,
  ): Promise<Reply> {
    const response = await this.fetcher(path, {
      credentials: "same-origin",
      cache: "no-store",
      headers: { accept: "text/event-stream" },
      signal,
    });
    if (!response.ok || !response.body) return replyOf(response);
    const parser = new EventStreamParser((event) => {
      if (!signal.aborted) onEvent(event);
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { status: response.status, body: null };
      parser.push(decoder.decode(value, { stream: true }));
    }
  }
}

function asked(method: Method, body: object | undefined): RequestInit {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (body === undefined) return init;
  return {
    ...init,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  };
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  try {
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  } catch {
    // A proxy's page or a cut answer: the status alone says what happened.
    return { status: response.status, body: null };
  }
}
