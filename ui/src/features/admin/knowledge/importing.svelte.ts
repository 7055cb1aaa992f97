/** Brings files in, one after the other; goes on while one looks elsewhere on the page. */
import { ApiError, codeOf } from "../../../lib/api/client";
import type { LibraryApi } from "../../../lib/api/library";
import type { Imported, Label } from "../../../lib/api/model";
import { errorText } from "../../../lib/i18n/errors";

export interface FileOutcome {
  name: string;
  imported: Imported | null;
  /** Why it was not read. */
  error: string | null;
}

export class Importing {
  running = $state(false);
  all = $state(0);
  stopped = $state(false);
  outcomes = $state.raw<readonly FileOutcome[]>([]);
  done = $derived.by(() => this.outcomes.length);
  read = $derived.by(() => this.outcomes.filter(({ imported }) => imported !== null).length);

  constructor(private readonly api: LibraryApi) {}

  async run(files: readonly File[], collection: string, label: Label | null): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.stopped = false;
    this.all = files.length;
    this.outcomes = [];
    for (const file of files) {
      if (this.stopped) break;
      const outcomes = await this.#read(file, collection, label);
      this.all += outcomes.length - 1;
      this.outcomes = [...this.outcomes, ...outcomes];
    }
    this.running = false;
  }

  /** Stops after the file that is being read. */
  stop(): void {
    this.stopped = true;
  }

  async #read(file: File, collection: string, label: Label | null): Promise<FileOutcome[]> {
    try {
      if (!file.name.toLowerCase().endsWith(".zip")) {
        const imported = await this.api.import(collection, file, label);
        return [{ name: file.name, imported, error: null }];
      }
      const { items } = await this.api.importArchive(collection, file, label);
      return items.map(({ name, imported, error }) => {
        return { name, imported: imported ?? null, error: error ?? null };
      });
    } catch (error) {
      const said = error instanceof ApiError ? error.detail : "";
      return [{ name: file.name, imported: null, error: said || errorText(codeOf(error)) }];
    }
  }
}
