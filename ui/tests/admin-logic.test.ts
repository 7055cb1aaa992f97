import { describe, expect, it } from "vitest";
import { about, tintOf } from "../src/features/admin/audit/events";
import { since } from "../src/features/admin/audit/log.svelte";
import { condition } from "../src/features/admin/alerts/words";
import { marked } from "../src/features/admin/knowledge/marked";
import { formOf, placementOf } from "../src/features/admin/knowledge/placement";
import { answeredShare, daysOf } from "../src/features/admin/overview/outcomes";
import { stacked } from "../src/features/admin/parts/stacked";
import { read, written } from "../src/features/admin/people/attributes";
import { ownText } from "../src/features/admin/policies/own";
import { ancestors, graphOf } from "../src/features/admin/roles/graph";
import { at, cells, ordered } from "../src/features/admin/roles/matrix";
import { sectionFor, sectionsFor } from "../src/features/admin/sections";
import { ADMIN, AUDITOR, MATRIX, NOW, PLACEMENT, recordOf, ROLES, sessionOf } from "./admin-api";

const now = new Date(NOW);

describe("sections", () => {
  const ids = (permissions: string[]) => sectionsFor(sessionOf(permissions)).map(({ id }) => id);

  it("are those that a permission of the session opens", () => {
    expect(ids(AUDITOR)).toEqual([
      "overview",
      "roles",
      "policies",
      "models",
      "audit",
      "logs",
      "alerts",
      "feedback",
      "retention",
      "record",
    ]);
    expect(ids(["import_knowledge"])).toEqual(["knowledge"]);
    expect(ids(["request_log_access"])).toEqual(["logs"]);
    expect(ids(ADMIN)).not.toContain("audit");
    expect(sectionsFor(null)).toEqual([]);
  });

  it("lead somebody who asks for a closed one to the first that is open", () => {
    expect(sectionFor(sessionOf(["import_knowledge"]), "people")?.id).toBe("knowledge");
    expect(sectionFor(sessionOf(AUDITOR), "audit")?.id).toBe("audit");
    expect(sectionFor(sessionOf([]), "overview")).toBeNull();
  });
});

describe("outcomes by day", () => {
  const counted = [
    { day: "2026-03-02", outcome: "answered", count: 8 },
    { day: "2026-03-02", outcome: "out_of_scope", count: 1 },
    { day: "2026-03-01", outcome: "something_newer", count: 1 },
    { day: "2026-01-01", outcome: "answered", count: 99 },
  ];

  it("has every day of the period, those without a question too", () => {
    const days = daysOf(counted, 3, now);
    expect(days.map(({ day, all }) => [day, all])).toEqual([
      ["2026-02-28", 0],
      ["2026-03-01", 1],
      ["2026-03-02", 9],
    ]);
  });

  it("counts as answered only what it knows to be", () => {
    expect(answeredShare(daysOf(counted, 3, now))).toBe(0.8);
    expect(answeredShare(daysOf([], 3, now))).toBeNull();
  });

  it("is stacked from the sum of all down to the first alone", () => {
    const series = [
      [1, 2],
      [3, 4],
    ];
    expect(stacked([10, 20], series)).toEqual([
      [10, 20],
      [4, 6],
      [1, 2],
    ]);
  });
});

describe("attributes", () => {
  it("come back as they were written", () => {
    const attributes = { team: "north", discount_limit: 1500, on_call: true };
    expect(written(attributes)).toBe("discount_limit = 1500\non_call = true\nteam = north");
    expect(read(written(attributes))).toEqual(attributes);
    expect(read("\n")).toEqual({});
  });

  it.each(["team", "= north", "1team = north", "team ="])("refuse the line %j", (line) => {
    expect(read(line)).toBeNull();
  });

  it("keep numbers that are no whole numbers as text", () => {
    expect(read("a = 1.5\nb = 00000000000000000000001")).toEqual({
      a: "1.5",
      b: 1,
    });
  });
});

describe("the matrix", () => {
  it("has roles after those they inherit from, and who administers last", () => {
    const names = ordered(ROLES).map(({ name }) => name);
    expect(names).toEqual(["public", "employee", "ward_lead", "admin"]);
  });

  it("survives roles that inherit in a circle", () => {
    const circle = [
      { name: "a", title: "A", inherits: ["b"], permissions: [], shipped: false },
      { name: "b", title: "B", inherits: ["a"], permissions: [], shipped: false },
    ];
    expect(ordered(circle)).toHaveLength(2);
    expect([...ancestors(circle, "a")].toSorted()).toEqual(["a", "b"]);
  });

  it("tells what is given from what is inherited or has conditions", () => {
    const known = cells(MATRIX, ROLES);
    const state = (permission: string, role: string) => known.get(at(permission, role))?.state;
    expect(state("read_public_faq", "public")).toBe("given");
    expect(state("read_public_faq", "employee")).toBe("inherited");
    expect(state("import_knowledge", "ward_lead")).toBe("given");
    expect(state("import_knowledge", "employee")).toBe("never");
    expect(state("read_own_data", "employee")).toBe("conditions");
  });

  it("is drawn from those that are inherited from to those that inherit", async () => {
    const { boxes, lines } = await graphOf(ROLES);
    const x = (name: string) => boxes.find(({ role }) => role.name === name)?.x ?? Number.NaN;
    expect(x("public")).toBeLessThan(x("employee"));
    expect(x("employee")).toBeLessThan(x("ward_lead"));
    expect(lines.map(({ id }) => id).toSorted()).toEqual([
      "employee admin",
      "employee ward_lead",
      "public employee",
    ]);
  });
});

describe("policies", () => {
  it("of the site's own are one text, without the shipped ones", () => {
    const policies = [
      { id: "a", own: true, sentence: "", text: "one\n" },
      { id: "b", own: false, sentence: "", text: "shipped" },
      { id: "c", own: true, sentence: "", text: "two" },
    ];
    expect(ownText(policies)).toBe("one\n\ntwo");
  });
});

describe("a placement", () => {
  it("keeps how long a document is valid, and drops what was emptied", () => {
    const form = formOf(PLACEMENT);
    expect(form).toEqual({ owner: "", team: "north", region: "", roles: "finance, hr" });
    expect(placementOf({ ...form, team: " ", roles: "hr" }, PLACEMENT)).toEqual({
      ...PLACEMENT,
      team: null,
      roles: ["hr"],
    });
  });
});

describe("a passage that is held", () => {
  it("is marked where something was found, in code points and once", () => {
    const spans = [
      { start: 3, end: 6 },
      { start: 0, end: 4 },
    ];
    expect(marked("😀ab😀cde", spans)).toEqual([
      { text: "😀ab😀", marked: true },
      { text: "cd", marked: true },
      { text: "e", marked: false },
    ]);
    expect(marked("plain", [])).toEqual([{ text: "plain", marked: false }]);
  });
});

describe("the audit log", () => {
  it("tints refusals, destruction and consent apart", () => {
    expect(tintOf("authorisation_denied")).toBe("t-warn");
    expect(tintOf("data_erased")).toBe("t-danger");
    expect(tintOf("turn_authorised")).toBe("t-ok");
    expect(tintOf("session_ended")).toBe("");
  });

  it("says in a line what fits one, and leaves ids to the record", () => {
    const record = { ...recordOf(1), body: { permission: "read_sales", session: "0".repeat(32) } };
    expect(about(record)).toBe("permission read_sales");
  });

  it("begins a period so long ago", () => {
    expect(since("day", now)).toBe("2026-03-01T14:02:00.000Z");
    expect(since("all", now)).toBeUndefined();
  });
});

describe("a rule of alerts", () => {
  const rule = {
    kind: "denials",
    event: "denied",
    severity: "warning",
    lowest: 1,
    highest: 50,
    shortest_s: 60,
    longest_s: 3600,
  };

  it.each([
    [{ ...rule, test: "count", threshold: 3, window_s: 300 }, "More than 3 within 5 mins"],
    [{ ...rule, test: "count", threshold: 0, window_s: 300 }, "At once"],
    [{ ...rule, test: "below", threshold: 512, window_s: 300 }, "Below 512"],
    [{ ...rule, test: "above", threshold: 7, window_s: 300 }, "Above 7"],
  ])("is said in words", (given, words) => {
    expect(condition(given)).toBe(words);
  });
});
