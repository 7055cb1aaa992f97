import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/app/App.svelte";
import { Shell } from "../src/app/shell.svelte";
import { ApiClient } from "../src/lib/api/client";
import { CITATIONS, ended, FakeApi, refusal, turnRecord } from "./fake-api";
import { ManualTimers } from "./manual-timers";

let api: FakeApi;
let timers: ManualTimers;
const user = userEvent.setup();

beforeEach(() => {
  api = new FakeApi();
  timers = new ManualTimers();
});

async function open(): Promise<void> {
  location.hash = "";
  render(App, { shell: new Shell(new ApiClient(api), timers), place: "window" });
  await timers.pass(0);
  await waitFor(() => expect(screen.getByTestId("composer")).toHaveFocus());
}

async function ask(text: string): Promise<void> {
  await user.type(screen.getByTestId("composer"), text.replaceAll("[", "[["));
  await user.keyboard("{Enter}");
  await timers.pass(0);
}

async function answered(): Promise<void> {
  await ask("When can I visit?");
  api.begin();
  api.finish(turnRecord());
  await timers.pass(0);
  await screen.findByText(/From 2 sources you may read, 3.4 s/);
}

const answer = () => screen.getByTestId("answer");

describe("a guest", () => {
  it("finds a greeting, suggestions and an honest status line", async () => {
    await open();
    expect(screen.getByText("What would you like to know?")).toBeVisible();
    expect(screen.getByTestId("guest-banner")).toHaveTextContent(
      "This conversation is destroyed when you leave, or after 20 minutes without a message.",
    );
    expect(screen.getByTestId("status-promises")).toHaveTextContent(
      "1 of 3 promises held, 1 held with a limit, 1 not built yet",
    );
    expect(screen.getByText("St. Anselm Hospital")).toBeVisible();
    expect(screen.queryByText(/Ask a person|Administration/)).toBeNull();
    expect(screen.getByTestId("go-sign-in")).toBeVisible();
  });

  it("asks by a suggestion", async () => {
    await open();
    await user.click(screen.getByTestId("suggestion"));
    expect(api.calls.at(-1)?.path).toContain("/events");
    expect(api.calls.find(({ path }) => path === "/api/turns")?.body).toEqual({
      text: "When are visiting hours?",
    });
  });

  it("asks, reads along, and opens a source whose closing gives the focus back", async () => {
    await open();
    await ask("When can I visit?");
    api.begin();
    api.emit("delta", { text: "From **07:00**. [1]" });
    await timers.pass(50);
    expect(await within(answer()).findByText("07:00")).toBeVisible();
    expect(answer()).toHaveAttribute("aria-busy", "true");
    expect(screen.getByTestId("composer")).toHaveValue("");
    api.finish(turnRecord());
    await timers.pass(0);
    const [first] = await screen.findAllByTestId("citation");
    if (!first) throw new Error("no citation");
    expect(first).toHaveAccessibleName("Source 1: When may I visit in the morning?");
    await user.click(first);
    expect(await screen.findByTestId("passage")).toHaveTextContent("Passage of visiting/morning.");
    expect(first).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "Next source" }));
    expect(await screen.findByText("Passage of", { exact: false })).toHaveTextContent(
      "visiting/ring",
    );
    await user.click(screen.getByTestId("source-close"));
    expect(screen.queryByTestId("source-panel")).toBeNull();
    expect(first).toHaveFocus();
  });

  it("sees what was hidden, and why", async () => {
    await open();
    await ask("🏥 mail x@example.org");
    api.begin("🏥 mail [EMAIL] and [PHONE]", [
      { start: 7, end: 14, type: "EMAIL" },
      { start: 19, end: 26, type: "PHONE" },
    ]);
    const chips = await screen.findAllByTestId("hidden-chip");
    expect(chips.map((chip) => chip.getAttribute("aria-label"))).toEqual([
      "hidden: Email",
      "hidden: Phone number",
    ]);
    const question = screen.getByTestId("question");
    expect(question).toHaveTextContent("🏥 mail Email and Phone number");
    expect(question).toHaveTextContent("2 details were hidden before anything read them.");
    expect(document.body).not.toHaveTextContent("x@example.org");
    await user.click(screen.getByTestId("hidden-why"));
    expect(await screen.findByTestId("hidden-dialog")).toHaveTextContent(
      "Site rule: contact details of guests.",
    );
  });

  it("stops with Escape first, and closes the panel only then", async () => {
    await open();
    await answered();
    await user.click(screen.getAllByTestId("citation")[0] as HTMLElement);
    await user.click(screen.getByTestId("composer"));
    await ask("And at night?");
    await screen.findByTestId("stop");
    await user.keyboard("{Escape}");
    expect(api.count("POST /api/turns/t2/cancel")).toBe(1);
    expect(screen.getByTestId("source-panel")).toBeVisible();
    api.finish(ended("cancelled", { id: "t2", answer: "At" }));
    await timers.pass(0);
    expect(await screen.findByText("Stopped by you")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("source-panel")).toBeNull());
  });

  it("leaves only after saying so, with the way back in focus", async () => {
    await open();
    await answered();
    await user.click(screen.getByTestId("leave"));
    const stay = await screen.findByRole("button", { name: "Stay" });
    await waitFor(() => expect(stay).toHaveFocus());
    expect(api.count("DELETE /api/session")).toBe(0);
    await user.click(screen.getByTestId("leave-confirm"));
    await waitFor(() => expect(screen.queryByTestId("question")).toBeNull());
    expect(api.count("DELETE /api/session")).toBe(1);
    expect(await screen.findByTestId("wiped")).toHaveTextContent("was destroyed");
  });

  it("hears that wiping failed, and nothing is gone", async () => {
    await open();
    await answered();
    api.overrides.set("DELETE /api/session", refusal(500, "store_busy"));
    await user.click(screen.getByTestId("leave"));
    await user.click(await screen.findByTestId("leave-confirm"));
    expect(await screen.findByText("store_busy")).toBeVisible();
    expect(screen.getByTestId("question")).toBeInTheDocument();
  });

  it("finds the running answer again after a reload", async () => {
    api.session = true;
    api.turns = [turnRecord({ outcome: null, completed_at: null, answer: "" })];
    await open();
    api.begin();
    api.emit("delta", { text: "Still here." });
    await timers.pass(50);
    expect(await within(answer()).findByText("Still here.")).toBeVisible();
    expect(screen.getByTestId("stop")).toBeVisible();
    expect(api.count("POST /api/session")).toBe(0);
  });

  it("keeps the draft while a limit lasts", async () => {
    await open();
    api.overrides.set("POST /api/turns", refusal(429, "rate_limited", 24));
    await ask("One more");
    expect(await screen.findByTestId("notice")).toHaveTextContent(
      "10 messages a minute is the limit for guests. You can send again in 24 seconds; your draft is kept.",
    );
    expect(screen.getByTestId("composer")).toHaveValue("One more");
    await timers.pass(24_000);
    await waitFor(() => expect(screen.queryByTestId("notice")).toBeNull());
    expect(screen.getByTestId("send")).toHaveAttribute("aria-disabled", "false");
  });

  it("is told when the session has ended, and begins anew", async () => {
    await open();
    await answered();
    api.session = false;
    await timers.pass(21 * 60_000);
    expect(await screen.findByTestId("ended")).toHaveTextContent("This conversation ended at");
    expect(screen.queryByTestId("question")).toBeNull();
    await user.click(screen.getByTestId("ended-new"));
    expect(await screen.findByText("What would you like to know?")).toBeVisible();
  });

  it("can try again when nothing answers at first", async () => {
    api.reachable = false;
    location.hash = "";
    render(App, { shell: new Shell(new ApiClient(api), timers), place: "window" });
    expect(await screen.findByText("Cloister cannot be reached")).toBeVisible();
    api.reachable = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("What would you like to know?")).toBeVisible();
  });

  it("may write before the session is there", async () => {
    location.hash = "";
    render(App, { shell: new Shell(new ApiClient(api), timers), place: "window" });
    const field = screen.getByTestId("composer");
    field.focus();
    (field as HTMLTextAreaElement).value = "Early";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(api.count("POST /api/turns")).toBe(0);
    await timers.pass(0);
    await waitFor(() => expect(api.count("POST /api/turns")).toBe(1));
  });

  it("does not take a conversation that cannot be read for an empty one", async () => {
    api.session = true;
    api.overrides.set("GET /api/conversation", refusal(503, "store_busy"));
    location.hash = "";
    render(App, { shell: new Shell(new ApiClient(api), timers), place: "window" });
    expect(await screen.findByText("Cloister cannot be reached")).toBeVisible();
    api.overrides.clear();
    api.turns = [turnRecord()];
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByTestId("question")).toBeVisible();
  });

  it("asks the nearest topic instead of what is not known", async () => {
    await open();
    await ask("Who won the cup?");
    api.begin("Who won the cup?");
    api.finish(ended("out_of_scope", { topics: [{ id: "p", question: "Where do I park?" }] }));
    await timers.pass(0);
    await user.click(await screen.findByRole("button", { name: "Where do I park?" }));
    expect(api.calls.filter(({ path }) => path === "/api/turns").at(-1)?.body).toEqual({
      text: "Where do I park?",
    });
  });

  it("may still ask when no model is loaded", async () => {
    api.status.model = { state: "missing" };
    await open();
    expect(await screen.findByText(/Questions that match an entry here/)).toBeVisible();
    expect(screen.getByTestId("status-model")).toHaveTextContent("No model is loaded yet");
    await ask("When can I visit?");
    expect(api.count("POST /api/turns")).toBe(1);
  });

  it("is warned in words when a promise is not held", async () => {
    const [first] = api.status.promises;
    if (first) first.state = "broken";
    await open();
    expect(screen.getByTestId("guest-banner")).toHaveTextContent("A promise is not held.");
    expect(screen.getByTestId("leave")).toBeVisible();
    expect(screen.queryByText("No network")).toBeNull();
    expect(screen.getAllByRole("alert")[0]).toHaveTextContent("A promise is not held");
  });
});

describe("the keyboard", () => {
  it("edits the last question with Up in an empty field", async () => {
    await open();
    await answered();
    await user.click(screen.getByTestId("composer"));
    await user.keyboard("{ArrowUp}");
    expect(screen.getByTestId("composer")).toHaveValue("When can I visit?");
  });

  it("breaks the line with Shift Enter and sends with Enter", async () => {
    await open();
    await user.type(screen.getByTestId("composer"), "One{Shift>}{Enter}{/Shift}two");
    expect(screen.getByTestId("composer")).toHaveValue("One\ntwo");
    expect(api.count("POST /api/turns")).toBe(0);
  });

  it("copies the last answer with its sources", async () => {
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await open();
    await answered();
    await user.keyboard("{Control>}{Shift>}[KeyC]{/Shift}{/Control}");
    expect(write).toHaveBeenCalledWith(
      `From 07:00. [1] Ring first. [2]\n\nSources:\n${CITATIONS.map(
        ({ number, title }) => `[${number}] ${title}`,
      ).join("\n")}`,
    );
  });

  it("opens, steps and focuses with single letters outside fields only", async () => {
    await open();
    await answered();
    await user.keyboard("2");
    expect(screen.queryByTestId("source-panel")).toBeNull();
    expect(screen.getByTestId("composer")).toHaveValue("2");
    await user.clear(screen.getByTestId("composer"));
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("2");
    expect(await screen.findByTestId("source-panel")).toHaveAccessibleName("Source 2");
    await user.keyboard("[BracketLeft]");
    await waitFor(() =>
      expect(screen.getByTestId("source-panel")).toHaveAccessibleName("Source 1"),
    );
    await user.keyboard("/");
    expect(screen.getByTestId("composer")).toHaveFocus();
  });

  it("walks the parts of the window with F6, and traps nothing", async () => {
    await open();
    const at = () => document.activeElement?.closest("[data-region]")?.getAttribute("data-region");
    const seen = [at()];
    for (let i = 0; i < 3; i += 1) {
      await user.keyboard("{F6}");
      seen.push(at());
    }
    expect(seen).toEqual(["composer", "side", "conversation", "composer"]);
  });

  it("lists its keys on ?", async () => {
    await open();
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("?");
    expect(await screen.findByTestId("keys-dialog")).toHaveTextContent("Copy the last answer");
  });
});
