/** Collections with how many documents each has, by name. */
import type { Document } from "../../../lib/api/model";

export interface Collection {
  name: string;
  count: number;
}

export function collectionsOf(documents: readonly Document[]): Collection[] {
  const counts = new Map<string, number>();
  for (const { collection } of documents) {
    counts.set(collection, (counts.get(collection) ?? 0) + 1);
  }
  const collections = [...counts].map(([name, count]) => ({ name, count }));
  return collections.toSorted((one, other) => one.name.localeCompare(other.name));
}
