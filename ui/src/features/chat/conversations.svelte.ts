/** The reader's conversations: the list, what is searched for in it, and what is deleted from it. */
import { type ApiClient, codeOf } from "../../lib/api/client";
import type { OwnConversation } from "../../lib/api/model";
import type { Timers } from "../../lib/timers";

const SEARCH_AFTER_MS = 250;

export class ConversationList {
  items = $state.raw<readonly OwnConversation[]>([]);
  /** False until the list was read once. */
  loaded = $state(false);
  /** The code of the error of the last try to read the list. */
  error = $state<string | null>(null);
  wanted = $state("");
  /** What was found; `null` while nothing is searched for. */
  found = $state.raw<readonly OwnConversation[] | null>(null);
  searching = $state(false);
  shown = $derived(this.found ?? this.items);
  #cancelSearch: () => void = () => {};
  #version = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly timers: Timers,
  ) {}

  async refresh(): Promise<void> {
    const version = this.#version;
    try {
      const items = await this.api.conversations();
      if (version !== this.#version) return;
      this.items = items;
      this.error = null;
    } catch (error) {
      if (version === this.#version) this.error = codeOf(error);
    }
    this.loaded = true;
  }

  /** Searches in what was said, a moment after the last letter. */
  search(wanted: string): void {
    this.wanted = wanted;
    this.#cancelSearch();
    if (wanted.trim() === "") {
      this.found = null;
      this.searching = false;
      return;
    }
    this.searching = true;
    this.#cancelSearch = this.timers.after(SEARCH_AFTER_MS, () => void this.#find(wanted));
  }

  /** Deletes a conversation; resolves to the code of the error, if there was one. */
  async remove(id: string): Promise<string | null> {
    try {
      await this.api.deleteConversation(id);
    } catch (error) {
      const code = codeOf(error);
      // Gone already is as good as deleted.
      if (code !== "not_found") return code;
    }
    const others = (items: readonly OwnConversation[]) => items.filter((each) => each.id !== id);
    this.items = others(this.items);
    this.found = this.found === null ? null : others(this.found);
    return null;
  }

  wipe(): void {
    this.#version += 1;
    this.#cancelSearch();
    this.items = [];
    this.loaded = false;
    this.error = null;
    this.wanted = "";
    this.found = null;
    this.searching = false;
  }

  async #find(wanted: string): Promise<void> {
    const version = this.#version;
    const found = await this.api.conversations(wanted).catch(() => []);
    if (version !== this.#version || wanted !== this.wanted) return;
    this.found = found;
    this.searching = false;
  }
}
