/** The source panel: which citation is open, and the passage behind it. */
import { ApiError, type ApiClient } from "../../lib/api/client";
import type { Citation, Passage } from "../../lib/api/model";

export type Loaded =
  | { state: "loading" }
  | { state: "ready"; passage: Passage }
  | { state: "gone" }
  | { state: "failed"; code: string };

export interface OpenSource {
  turn: string;
  citations: readonly Citation[];
  index: number;
}

export class Sources {
  open = $state.raw<OpenSource | null>(null);
  loaded = $state.raw<Loaded>({ state: "loading" });
  /** Passages that were open to this person once and are no longer. */
  gone = $state.raw<ReadonlySet<string>>(new Set());
  citation = $derived(this.open ? (this.open.citations[this.open.index] ?? null) : null);
  #read = new Map<string, Passage>();
  #request = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly onSessionEnded: () => void,
  ) {}

  /** Opens the source with this number; a second press on the same mark closes it. */
  show(turn: string, citations: readonly Citation[], number: number): void {
    const index = citations.findIndex((citation) => citation.number === number);
    if (index < 0) return;
    if (this.open?.turn === turn && this.open.index === index) {
      this.close();
      return;
    }
    this.open = { turn, citations, index };
    void this.load();
  }

  /** Goes to the next (1) or previous (-1) source of the same answer, if there is one. */
  step(by: 1 | -1): void {
    const { open } = this;
    if (!open || !open.citations[open.index + by]) return;
    this.open = { ...open, index: open.index + by };
    void this.load();
  }

  close(): void {
    this.open = null;
    this.#request += 1;
  }

  /** Forgets every passage that was read. */
  wipe(): void {
    this.close();
    this.#read.clear();
    this.gone = new Set();
  }

  /** Reads the open passage, again if it failed before. */
  async load(): Promise<void> {
    const id = this.citation?.id;
    if (id === undefined) return;
    this.#request += 1;
    const request = this.#request;
    const known = this.#read.get(id);
    if (known) {
      this.loaded = { state: "ready", passage: known };
      return;
    }
    this.loaded = { state: "loading" };
    const loaded = await this.#fetch(id);
    if (request !== this.#request) return;
    this.loaded = loaded;
    if (loaded.state === "ready") this.#read.set(id, loaded.passage);
    if (loaded.state === "gone") this.gone = new Set([...this.gone, id]);
  }

  async #fetch(id: string): Promise<Loaded> {
    try {
      return { state: "ready", passage: await this.api.passage(id) };
    } catch (error) {
      if (!(error instanceof ApiError)) return { state: "failed", code: "unknown" };
      if (error.needsSession) this.onSessionEnded();
      return error.status === 404 ? { state: "gone" } : { state: "failed", code: error.code };
    }
  }
}
