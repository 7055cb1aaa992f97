/** Reading the message log: asked for with a reason, granted by somebody else, for a time. */
import { type ApiClient, segment } from "./client";
import type { LogRequest, LogSwitches, MessageLog, NewLogRequest } from "./model";

export class MessageLogApi {
  constructor(private readonly api: ApiClient) {}

  async requests(): Promise<LogRequest[]> {
    const path = "/api/message-logs/requests";
    const body = await this.api.call<{ items: LogRequest[] }>("GET", path);
    return body.items;
  }

  ask(request: NewLogRequest): Promise<LogRequest> {
    return this.api.call("POST", "/api/message-logs/requests", request);
  }

  /** Approves or rejects a request, ends a grant before its time, or withdraws a request. */
  decide(id: string, act: "approve" | "reject" | "end"): Promise<LogRequest> {
    return this.api.call("POST", `/api/message-logs/requests/${segment(id)}/${act}`);
  }

  /** A page of what a grant opens; that it was read is on record. */
  read(grant: string, before: number | null): Promise<MessageLog> {
    const from = before === null ? "" : `&before=${before}`;
    return this.api.call("GET", `/api/message-logs?grant=${segment(grant)}${from}`);
  }

  switches(): Promise<LogSwitches> {
    return this.api.call("GET", "/api/message-logs/switches");
  }

  setSwitches(switches: LogSwitches): Promise<LogSwitches> {
    return this.api.call("PUT", "/api/message-logs/switches", switches);
  }
}
