/** Documents in and out, and the search that they are tried with. */
import type { ApiClient } from "./client";
import type {
  Document,
  Found,
  Imported,
  ImportedArchive,
  IndexState,
  Label,
  Placement,
  Quarantined,
} from "./model";

export class LibraryApi {
  constructor(private readonly api: ApiClient) {}

  async documents(): Promise<Document[]> {
    const body = await this.api.call<{ items: Document[] }>("GET", "/api/knowledge/documents");
    return body.items;
  }

  index(): Promise<IndexState> {
    return this.api.call("GET", "/api/knowledge/index");
  }

  /** Brings a document in, or up to date; without a label its entries keep their own. */
  async import(collection: string, file: File, label: Label | null): Promise<Imported> {
    const place = new URLSearchParams({ collection, name: file.name });
    if (label !== null) place.set("label", label);
    const path = `/api/knowledge/documents?${place.toString()}`;
    return this.api.upload(path, new Uint8Array(await file.arrayBuffer()));
  }

  /** Brings the documents of a zip archive in, each by its own path. */
  async importArchive(
    collection: string,
    file: File,
    label: Label | null,
  ): Promise<ImportedArchive> {
    const place = new URLSearchParams({ collection, name: file.name });
    if (label !== null) place.set("label", label);
    const path = `/api/knowledge/archives?${place.toString()}`;
    return this.api.upload(path, new Uint8Array(await file.arrayBuffer()));
  }

  /** Passages that screening holds back, the longest held first. */
  async quarantine(): Promise<Quarantined[]> {
    const body = await this.api.call<{ items: Quarantined[] }>("GET", "/api/knowledge/quarantine");
    return body.items;
  }

  /** Lets a passage in, or leaves it out for good. */
  decide(id: number, decision: "released" | "rejected"): Promise<void> {
    return this.api.call("POST", `/api/knowledge/quarantine/${id}`, { decision });
  }

  /** Confines a document to whom the placement names, and to nobody else. */
  place(document: Document, placement: Placement): Promise<{ entries: number }> {
    const { collection, name } = document;
    const place = new URLSearchParams({ collection, name }).toString();
    return this.api.call("PUT", `/api/knowledge/documents/placement?${place}`, placement);
  }

  async remove(collection: string, name: string): Promise<number> {
    const place = new URLSearchParams({ collection, name }).toString();
    const path = `/api/knowledge/documents?${place}`;
    const body = await this.api.call<{ deleted: number }>("DELETE", path);
    return body.deleted;
  }

  /** What an answer to a question would stand on, whoever asks. */
  async search(text: string, top: number): Promise<Found | null> {
    const form = { queries: [{ id: "1", text }], top };
    const body = await this.api.call<{ items: Found[] }>("POST", "/api/knowledge/search", form);
    return body.items[0] ?? null;
  }
}
