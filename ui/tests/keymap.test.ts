import { describe, expect, it } from "vitest";
import { Keys } from "../src/lib/keys/keys.svelte";
import {
  actOf,
  chordOf,
  defaults,
  isField,
  type KeyContext,
  type Press,
  spelled,
} from "../src/lib/keys/keymap";

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  isComposing: false,
  ...change,
});
const page: KeyContext = { typing: false, single: true, bindings: defaults("window") };
const C = { code: "KeyC", shiftKey: true };

describe("actOf", () => {
  it.each([
    ["Escape", {}, { act: "dismiss" }],
    ["F6", {}, { act: "nextRegion", back: false }],
    ["F6", { shiftKey: true }, { act: "nextRegion", back: true }],
    ["C", { ...C, ctrlKey: true }, { act: "copyAnswer" }],
    ["O", { code: "KeyO", shiftKey: true, ctrlKey: true }, { act: "newConversation" }],
    ["]", {}, { act: "stepSource", by: 1 }],
    ["[", {}, { act: "stepSource", by: -1 }],
    ["3", {}, { act: "openSource", number: 3 }],
    ["/", {}, { act: "focusComposer" }],
    ["?", { shiftKey: true }, { act: "listKeys" }],
    ["0", {}, null],
    ["x", {}, null],
    ["c", { ctrlKey: true, code: "KeyC" }, null],
    ["1", { ctrlKey: true }, null],
    ["1", { metaKey: true }, null],
  ])("in the window, %s with %j is %j", (key, change, act) => {
    expect(actOf(press(key, change), page)).toEqual(act);
  });

  it("takes Alt for Ctrl in a browser, which keeps Ctrl Shift C for itself", () => {
    const browser: KeyContext = { ...page, bindings: defaults("browser") };
    expect(actOf(press("C", { ...C, altKey: true }), browser)).toEqual({ act: "copyAnswer" });
    expect(actOf(press("C", { ...C, ctrlKey: true }), browser)).toBeNull();
  });

  it("leaves letters to fields, and Escape and F6 to everyone", () => {
    const typing = { ...page, typing: true };
    for (const key of ["]", "1", "/", "?"]) expect(actOf(press(key), typing)).toBeNull();
    expect(actOf(press("Escape"), typing)).toEqual({ act: "dismiss" });
  });

  it("can be told to leave single letters alone", () => {
    const off = { ...page, single: false };
    for (const key of ["]", "1", "/", "?"]) expect(actOf(press(key), off)).toBeNull();
    expect(actOf(press("Escape"), off)).toEqual({ act: "dismiss" });
  });

  it("keeps out of the way while a word is being composed", () => {
    expect(actOf(press("Escape", { isComposing: true }), page)).toBeNull();
  });
});

it("knows a field from a button", () => {
  expect(isField(document.createElement("textarea"))).toBe(true);
  expect(isField(document.createElement("button"))).toBe(false);
  expect(isField(Object.assign(document.createElement("input"), { type: "checkbox" }))).toBe(false);
});

describe("chords", () => {
  it("name what is held and the key, whatever the layout makes of it", () => {
    expect(chordOf(press("Ç", { code: "KeyC", altKey: true, shiftKey: true }))).toBe(
      "Alt+Shift+KeyC",
    );
    expect(chordOf(press("?", { shiftKey: true }))).toBe("?");
    expect(chordOf(press("F6", { shiftKey: true }))).toBe("Shift+F6");
    expect(chordOf(press("Shift", { shiftKey: true }))).toBeNull();
  });

  it("are spelled as people know them", () => {
    expect(spelled("Ctrl+Shift+KeyO")).toEqual(["Ctrl", "Shift", "O"]);
    expect(spelled("Ctrl+Comma")).toEqual(["Ctrl", ","]);
    expect(spelled("+")).toEqual(["+"]);
  });
});

describe("Keys", () => {
  it("changes a key, says which command has it, and goes back", () => {
    const keys = new Keys("window");
    expect(keys.set("copyAnswer", "Ctrl+KeyY")).toBeNull();
    const set = { typing: false, single: keys.single, bindings: keys.bindings };
    expect(actOf(press("y", { code: "KeyY", ctrlKey: true }), set)).toEqual({ act: "copyAnswer" });
    expect(keys.set("palette", "Ctrl+KeyY")).toBe("copyAnswer");
    expect(keys.set("palette", null)).toBeNull();
    expect(keys.bindings.palette).toBeNull();
    keys.reset();
    expect(keys.bindings).toEqual(defaults("window"));
  });
});
