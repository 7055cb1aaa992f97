import { beforeEach, describe, expect, it } from "vitest";
import { AuditLog } from "../src/features/admin/audit/log.svelte";
import { Importing } from "../src/features/admin/knowledge/importing.svelte";
import { Act } from "../src/features/admin/parts/act.svelte";
import { PolicyEditor } from "../src/features/admin/policies/editor.svelte";
import { RoleDrafts } from "../src/features/admin/roles/drafts.svelte";
import { ApiClient, ApiError } from "../src/lib/api/client";
import { LibraryApi } from "../src/lib/api/library";
import type { Role } from "../src/lib/api/model";
import { OversightApi } from "../src/lib/api/oversight";
import { PolicyApi } from "../src/lib/api/policy";
import { AdminFake, ROLES } from "./admin-api";
import { refusal } from "./fake-api";
import { ManualTimers } from "./manual-timers";

let fake: AdminFake;
let client: ApiClient;

beforeEach(() => {
  fake = new AdminFake();
  client = new ApiClient(fake);
});

function role(name: string): Role {
  const found = ROLES.find((known) => known.name === name);
  if (!found) throw new Error(name);
  return found;
}

describe("RoleDrafts", () => {
  it("changes roles of the site's own, counts, and sends them whole", async () => {
    const drafts = new RoleDrafts(new PolicyApi(client));
    const lead = role("ward_lead");
    drafts.toggle(lead, "read_sales");
    drafts.toggle(lead, "import_knowledge");
    expect(drafts.count([lead])).toBe(2);
    expect(drafts.has(lead, "read_sales")).toBe(true);
    expect(drafts.isChanged(lead, "import_knowledge")).toBe(true);
    const change = await drafts.save([lead]);
    expect(change?.state).toBe("pending");
    expect(fake.sent("PUT /api/roles/ward_lead")).toEqual([
      { title: "Ward lead", inherits: ["employee"], permissions: ["read_sales"] },
    ]);
    expect(drafts.count([lead])).toBe(0);
  });

  it("leaves shipped roles alone, and forgets what was taken back", () => {
    const drafts = new RoleDrafts(new PolicyApi(client));
    drafts.toggle(role("employee"), "read_sales");
    drafts.toggle(role("ward_lead"), "read_sales");
    drafts.toggle(role("ward_lead"), "read_sales");
    expect(drafts.count(ROLES)).toBe(0);
  });
});

describe("PolicyEditor", () => {
  const timers = new ManualTimers();
  let editor: PolicyEditor;

  beforeEach(() => {
    editor = new PolicyEditor(new PolicyApi(client), timers);
    editor.begin("permit (…);");
  });

  it("checks once typing pauses, and only the last text", async () => {
    editor.write("a");
    await timers.pass(500);
    editor.write("ab");
    await timers.pass(700);
    expect(fake.sent("POST /api/policies/check")).toEqual([{ policies: "ab" }]);
    expect(editor.check?.widens).toBe(true);
    expect(editor.ready).toBe(true);
  });

  it("is not ready with a fault, unchanged, or unchecked", async () => {
    fake.check = { faults: [{ line: 1, column: 2, message: "?" }], shifts: [], widens: false };
    editor.write("a");
    expect(editor.ready).toBe(false);
    await timers.pass(700);
    expect(editor.ready).toBe(false);
    editor.write("permit (…);");
    expect(editor.changed).toBe(false);
    await timers.pass(700);
    expect(fake.sent("POST /api/policies/check")).toHaveLength(1);
  });

  it("says when it could not be checked", async () => {
    fake.overrides.set("POST /api/policies/check", refusal(503, "store_failed"));
    editor.write("a");
    await timers.pass(700);
    expect(editor.error).toBe("store_failed");
    expect(editor.checking).toBe(false);
  });
});

describe("Importing", () => {
  const files = ["one.md", "two.md"].map((name) => new File(["text"], name));

  it("brings files in one after the other, under their collection and label", async () => {
    const importing = new Importing(new LibraryApi(client));
    await importing.run(files, "wards", "internal");
    expect(importing.read).toBe(2);
    expect(fake.calls.map(({ call }) => call)).toEqual([
      "PUT /api/knowledge/documents?collection=wards&name=one.md&label=internal",
      "PUT /api/knowledge/documents?collection=wards&name=two.md&label=internal",
    ]);
    expect(fake.sent("PUT /api/knowledge")).toEqual([{ bytes: 4 }, { bytes: 4 }]);
  });

  it("takes an archive apart, and says what became of each document in it", async () => {
    const importing = new Importing(new LibraryApi(client));
    await importing.run([new File(["zip"], "all.ZIP")], "wards", null);
    expect([importing.all, importing.done, importing.read]).toEqual([2, 2, 1]);
    expect(importing.outcomes[1]).toEqual({
      name: "b/two.bin",
      imported: null,
      error: "Not a document.",
    });
  });

  it("goes on after a file that cannot be read, and says why", async () => {
    fake.overrides.set("PUT /api/knowledge/documents", refusal(422, "document_unreadable"));
    const importing = new Importing(new LibraryApi(client));
    await importing.run(files, "wards", null);
    expect(importing.done).toBe(2);
    expect(importing.read).toBe(0);
    expect(importing.outcomes[0]?.error).toBe("words");
  });

  it("stops after the file that is being read", async () => {
    const importing = new Importing(new LibraryApi(client));
    const run = importing.run(files, "wards", null);
    importing.stop();
    await run;
    expect(importing.done).toBe(1);
    expect(importing.running).toBe(false);
  });
});

describe("AuditLog", () => {
  it("reads page after page, and begins anew with another filter", async () => {
    const log = new AuditLog(new OversightApi(client));
    await log.read({ event: "authorisation_denied" });
    expect(log.records.map(({ seq }) => seq)).toEqual([3, 2]);
    expect(log.more).toBe(true);
    await log.earlier();
    expect(log.records.map(({ seq }) => seq)).toEqual([3, 2, 1]);
    expect(log.more).toBe(false);
    await log.read({});
    expect(log.records).toHaveLength(2);
    expect(fake.calls[1]?.call).toBe(
      "GET /api/audit?event=authorisation_denied&before=2&limit=200",
    );
  });

  it("keeps what is there when the next page cannot be read", async () => {
    const log = new AuditLog(new OversightApi(client));
    await log.read({});
    fake.overrides.set("GET /api/audit", refusal(503, "store_failed"));
    await log.earlier();
    expect(log.error).toBe("store_failed");
    expect(log.records).toHaveLength(2);
  });
});

describe("Act", () => {
  it("says what was done, or why not, and never does two at once", async () => {
    const act = new Act();
    let release = () => {};
    const first = act.run(() => new Promise((done) => (release = done)), "Done.");
    expect(await act.run(() => Promise.resolve())).toBe(false);
    release();
    expect(await first).toBe(true);
    expect(act.told).toBe("Done.");
    await act.run(() => Promise.reject(new ApiError(409, "conflict", null, "Somebody has it.")));
    expect([act.error, act.detail, act.told]).toEqual(["conflict", "Somebody has it.", ""]);
  });
});
