/** The keys as this person set them, for as long as the page is open. */
import { type Bindings, type Chord, type Command, COMMANDS, defaults } from "./keymap";

export class Keys {
  /** Whether single-letter keys work outside fields. */
  single = $state(true);
  bindings: Bindings = $state.raw(defaults("window"));

  constructor(private readonly place: "window" | "browser") {
    this.bindings = defaults(place);
  }

  /** Sets the key of a command, or takes it away; gives the command that has that key already. */
  set(command: Command, chord: Chord | null): Command | null {
    const taken = COMMANDS.find(
      (other) => other !== command && chord !== null && this.bindings[other] === chord,
    );
    if (taken !== undefined) return taken;
    this.bindings = { ...this.bindings, [command]: chord };
    return null;
  }

  /** Sets every key as it came. */
  reset(): void {
    this.bindings = defaults(this.place);
    this.single = true;
  }
}
