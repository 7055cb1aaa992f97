/** One line of the palette. */
import type { Chord } from "../lib/keys/keymap";

export interface Entry {
  id: string;
  words: string;
  chord?: Chord | null;
  act: () => void;
}
