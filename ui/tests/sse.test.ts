import { describe, expect, it } from "vitest";
import { HttpTransport } from "../src/lib/api/http";
import { EventStreamParser } from "../src/lib/api/sse";
import type { RawEvent } from "../src/lib/api/transport";

const STREAM =
  ': hello\n\nevent: stage\ndata: {"stage":"guard"}\n\nevent: delta\r\ndata: {"text":\r\ndata: "ä🏥\\n"}\r\n\r\ndata: 1\n\n';
const EVENTS: RawEvent[] = [
  { event: "stage", data: { stage: "guard" } },
  { event: "delta", data: { text: "ä🏥\n" } },
  { event: "message", data: 1 },
];

describe("EventStreamParser", () => {
  it("gives the same events for every way of cutting the stream in two", () => {
    for (let cut = 0; cut <= STREAM.length; cut += 1) {
      const events: RawEvent[] = [];
      const parser = new EventStreamParser((event) => events.push(event));
      parser.push(STREAM.slice(0, cut));
      parser.push(STREAM.slice(cut));
      expect(events, `cut at ${cut}`).toEqual(EVENTS);
    }
  });
});

describe("HttpTransport", () => {
  it("streams over a body whose bytes are cut inside a character", async () => {
    const bytes = new TextEncoder().encode(STREAM);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const transport = new HttpTransport(async () => new Response(body));
    const events: RawEvent[] = [];
    const reply = await transport.stream(
      "/api/turns/t1/events",
      (event) => events.push(event),
      new AbortController().signal,
    );
    expect(events).toEqual(EVENTS);
    expect(reply.status).toBe(200);
  });

  it("gives the error of a stream that was refused", async () => {
    const transport = new HttpTransport(
      async () => new Response('{"error":{"code":"not_found"}}', { status: 404 }),
    );
    const reply = await transport.stream("/x", () => {}, new AbortController().signal);
    expect(reply).toEqual({ status: 404, body: { error: { code: "not_found" } } });
  });

  it("bears a body that is no JSON", async () => {
    const transport = new HttpTransport(async () => new Response("<html>", { status: 502 }));
    expect(await transport.request("GET", "/x")).toEqual({ status: 502, body: null });
  });
});
