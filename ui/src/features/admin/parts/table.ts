/** Columns of a table as the sections describe them. */
import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
} from "@tanstack/svelte-table";
import type { Snippet } from "svelte";

export interface TableColumn<Row> {
  id: string;
  title: string;
  /** What it is sorted by, and shown as where there is no `cell`. */
  value: (row: Row) => string | number;
  cell?: Snippet<[Row]>;
  /** Numbers stand at the end. */
  numeric?: boolean;
  /** Names the row. */
  heads?: boolean;
  sortable?: boolean;
  /** Holds what can be done with a row; it has no words above it. */
  acts?: boolean;
  /** The room of the table below which it goes: `l` 58 rem, `m` 46 rem, `s` 30 rem. */
  hide?: "l" | "m" | "s";
}

export interface Sorting {
  id: string;
  desc: boolean;
}

/** What the tables of the administration can do. */
export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

/** More rows than this are drawn only where one looks. */
export const VIRTUAL_FROM = 100;
