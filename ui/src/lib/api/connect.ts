import { isTauri } from "@tauri-apps/api/core";
import { ApiClient } from "./client";
import { HttpTransport } from "./http";
import { TauriTransport } from "./tauri";

/** Makes the client for the place the page runs in. */
export function connect(): ApiClient {
  return new ApiClient(isTauri() ? new TauriTransport() : new HttpTransport());
}
