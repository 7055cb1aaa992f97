import { Channel, invoke } from "@tauri-apps/api/core";
import type { Method, RawEvent, Reply, Transport } from "./transport";

/** Speaks to the API inside the window's own process; the session token stays on that side. */
export class TauriTransport implements Transport {
  readonly place = "window";

  request(method: Method, path: string, body?: object): Promise<Reply> {
    return invoke<Reply>("request", { method, path, body: body ?? null });
  }

  save(method: Method, path: string, body: object | undefined, name: string): Promise<Reply> {
    return invoke<Reply>("save", { method, path, body: body ?? null, name });
  }

  upload(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Reply> {
    return invoke<Reply>("upload", bytes, { headers: { path } });
  }

  stream(path: string, onEvent: (event: RawEvent) => void, signal: AbortSignal): Promise<Reply> {
    const channel = new Channel<RawEvent>();
    channel.onmessage = (event) => {
      if (!signal.aborted) onEvent(event);
    };
    return invoke<Reply>("stream", { path, onEvent: channel });
  }
}
