/** Reads server-sent events from text that arrives in arbitrary pieces (HTML standard, §9.2). */
import type { RawEvent } from "./transport";

export class EventStreamParser {
  #line = "";
  #event = "";
  #data: string[] = [];
  #afterReturn = false;

  constructor(private readonly emit: (event: RawEvent) => void) {}

  /** Takes the next piece of the stream; a line may be cut anywhere. */
  push(piece: string): void {
    for (const char of piece) {
      if (char === "\n" && this.#afterReturn) {
        this.#afterReturn = false;
        continue;
      }
      this.#afterReturn = char === "\r";
      if (char === "\n" || char === "\r") this.#endLine();
      else this.#line += char;
    }
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
  }

  #dispatch(): void {
    const event = this.#event || "message";
    const data = this.#data.join("\n");
    this.#event = "";
    this.#data = [];
    if (data !== "") this.emit({ event, data: JSON.parse(data) });
  }
}
