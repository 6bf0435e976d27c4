import { describe, expect, it } from "vitest";
import { maxSpellBytes, spellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { project } from "../fixtures/eras.ts";
import { echoSpell } from "../helpers/documents.ts";

let users = 0;
const newUser = () => userNamed(`spells-user-${++users}`);
const put = (
  user: ReturnType<typeof newUser>,
  id: string,
  body: unknown,
  headers: Record<string, string> = {},
) => user.ask(`/spells/${id}`, { method: "PUT", body, headers });

describe("POST /spells", () => {
  it("saves a spell under its own id and tells where it is", async () => {
    const user = newUser();
    const response = await user.ask("/spells", { body: echoSpell("io") });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe("/spells/io");
    expect(response.headers.get("etag")).toBe('"1"');
    expect(await bodyOf(response)).toEqual({ id: "io", name: "Echo", version: 1, warnings: [] });
  });

  it("saves a spell whose id is taken under a new one", async () => {
    const user = newUser();
    await user.ask("/spells", { body: echoSpell("io", { name: "first" }) });
    const second = await bodyOf(await user.ask("/spells", { body: echoSpell("io", { name: "second" }) }));
    expect(second.id).not.toBe("io");
    expect(await bodyOf(await user.ask(`/spells/${second.id}`))).toMatchObject({
      id: second.id,
      name: "second",
    });
    expect(await bodyOf(await user.ask("/spells/io"))).toMatchObject({ name: "first", version: 1 });
  });

  it("saves a draft with its faults as warnings", async () => {
    const draft = echoSpell("draft");
    draft.nodes.odd = { component: "No Such Thing", position: [0, 0], data: {} };
    const response = await newUser().ask("/spells", { body: draft });
    expect(response.status).toBe(201);
    const { warnings } = await bodyOf(response);
    expect(warnings).toContainEqual(expect.objectContaining({ code: "unknown_component", nodeId: "odd" }));
  });

  it("takes a spell in Thoth's format and gives it back as a native document", async () => {
    const user = newUser();
    const thoth = {
      name: "Old one",
      chain: {
        id: "demo@0.1.0",
        nodes: {
          "1": { id: 1, name: "Trigger In", data: { name: "go" }, position: [0, 0], inputs: {}, outputs: {} },
        },
      },
    };
    const { id } = await bodyOf(await user.ask("/spells", { body: thoth }));
    const document = spellDocument.parse(await bodyOf(await user.ask(`/spells/${id}`)));
    expect(document).toMatchObject({ format: "spellrunner@1", id, name: "Old one", version: 1 });
    expect(document.nodes["1"]?.component).toBe("Trigger In");
  });

  it("gives a spell without an id one of its own", async () => {
    const user = newUser();
    const graph = { nodes: { "1": { id: 1, name: "Trigger In", data: { name: "go" }, position: [0, 0] } } };
    const [one, two] = [
      await user.ask("/spells", { body: graph }),
      await user.ask("/spells", { body: graph }),
    ];
    const ids = new Set([(await bodyOf(one)).id, (await bodyOf(two)).id]);
    expect(ids.size).toBe(2);
    expect(ids).not.toContain("unsaved");
  });

  it("saves all spells of a project, with the warnings of all, and answers for the first", async () => {
    const user = newUser();
    const response = await user.ask("/spells", { body: project() });
    expect(response.status).toBe(201);
    const { warnings, ...created } = await bodyOf(response);
    const [caller, shouter, bot] = [
      "c0ffee00-0000-4000-8000-000000000002",
      "c0ffee00-0000-4000-8000-000000000001",
      "62974188-0000-4000-8000-000000000001",
    ];
    expect(created).toEqual({
      id: caller,
      name: "caller",
      version: 1,
      spells: [
        { id: caller, name: "caller" },
        { id: shouter, name: "shouter" },
        { id: bot, name: "Discord Bot" },
      ],
    });
    expect(warnings.map(({ code }: { code: string }) => code)).toEqual([
      "not_carried",
      "not_carried",
      "not_carried",
    ]);
    const run = await user.ask(`/spells/${caller}/run`, {
      body: { inputs: { "Input - Default": { content: "hi" } } },
    });
    expect((await bodyOf(run)).outputs).toEqual({
      "Output - Default": { content: "hi" },
      about: "the weather",
    });
  });

  it("gives a project that comes again spells of its own, which find each other", async () => {
    const user = newUser();
    await user.ask("/spells", { body: project() });
    const again = await bodyOf(await user.ask("/spells", { body: project() }));
    const ids = again.spells.map(({ id }: { id: string }) => id);
    const document = await bodyOf(await user.ask(`/spells/${ids[0]}`));
    expect(document.nodes["2"].data).toMatchObject({ spellId: ids[1], spell: "shouter" });
    expect((await bodyOf(await user.ask("/spells"))).data).toHaveLength(6);
  });

  it("tells of each spell of a project what is wrong with it", async () => {
    const faulty = {
      name: "odd",
      graph: { nodes: { "1": { id: 1, name: "No Such Thing", data: {}, position: [0, 0] } } },
    };
    const body = { spells: [echoSpell("io"), faulty, { graph: 5 }] };
    const { valid, issues } = await bodyOf(await newUser().ask("/spells/validate", { body }));
    expect(valid).toBe(false);
    expect(issues).toMatchObject([
      { code: "not_carried", message: expect.stringContaining("number 3") as unknown },
      { code: "unknown_component", message: expect.stringContaining('"odd"') as unknown },
      { code: "no_start" },
    ]);
  });

  it("takes a project neither in the place of a spell nor without a spell", async () => {
    const user = newUser();
    expect((await put(user, "io", project())).status).toBe(400);
    expect((await user.ask("/spells", { body: { agents: [], spells: [], documents: [] } })).status).toBe(400);
    expect((await bodyOf(await user.ask("/spells"))).data).toEqual([]);
  });

  it.each([
    ["an array", []],
    ["a text", '"spell"'],
    ["an object without nodes", { name: "x" }],
    ["another format", { format: "spellrunner@9", nodes: {} }],
  ])("refuses %s as no spell", async (_what, body) => {
    const response = await newUser().ask("/spells", { body });
    expect(response.status).toBe(400);
    expect(await bodyOf(response)).toMatchObject({
      code: "bad_request",
      errors: expect.any(Array) as unknown,
    });
  });
});

describe("PUT /spells/:id", () => {
  it("creates with 201, replaces with 200, and gives the version as the tag", async () => {
    const user = newUser();
    const created = await put(user, "io", echoSpell("ignored"));
    expect([created.status, created.headers.get("etag")]).toEqual([201, '"1"']);
    expect(await bodyOf(created)).toEqual({ id: "io", name: "Echo", version: 1, warnings: [] });
    const replaced = await put(user, "io", echoSpell("ignored"));
    expect([replaced.status, replaced.headers.get("etag")]).toEqual([200, '"2"']);
  });

  it("saves what GET gave, by the tag that it came with", async () => {
    const user = newUser();
    await put(user, "io", echoSpell("io", { state: { text: "\u00e9\u{1f9d9}" } }));
    const got = await user.ask("/spells/io");
    const saved = await put(user, "io", await got.text(), { "if-match": got.headers.get("etag") ?? "" });
    expect(saved.status).toBe(200);
    const document = spellDocument.parse(await bodyOf(await user.ask("/spells/io")));
    expect(document).toEqual(echoSpell("io", { version: 2, state: { text: "\u00e9\u{1f9d9}" } }));
  });

  it("refuses a stale tag with 409 and the present version, in the body and as the tag", async () => {
    const user = newUser();
    await put(user, "io", echoSpell("io"));
    await put(user, "io", echoSpell("io", { name: "theirs" }));
    const stale = await put(user, "io", echoSpell("io", { name: "mine" }), { "if-match": '"1"' });
    expect([stale.status, stale.headers.get("etag")]).toEqual([409, '"2"']);
    expect(await bodyOf(stale)).toMatchObject({ code: "conflict", status: 409, version: 2 });
    expect(await bodyOf(await user.ask("/spells/io"))).toMatchObject({ name: "theirs", version: 2 });
    const weak = await put(user, "io", echoSpell("io", { name: "mine" }), { "if-match": 'W/"2"' });
    expect(weak.status).toBe(200);
  });

  it("lets one of two writers with the same tag through", async () => {
    const user = newUser();
    await put(user, "io", echoSpell("io"));
    const answers = await Promise.all(
      [1, 2].map(() => put(user, "io", echoSpell("io"), { "if-match": '"1"' })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it("answers 404 to a tag for a spell that is gone", async () => {
    const response = await put(newUser(), "io", echoSpell("io"), { "if-match": '"1"' });
    expect(response.status).toBe(404);
  });

  it.each(["*", "1", '"x"', '"0"', '"1", "2"'])("refuses the tag %s", async (tag) => {
    const response = await put(newUser(), "io", echoSpell("io"), { "if-match": tag });
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).errors).toMatchObject([{ path: "If-Match" }]);
  });

  it.each(["a b", "a%2Fb", "@public", "x".repeat(129)])("refuses the id %s", async (id) => {
    const response = await put(newUser(), id, echoSpell("io"));
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).errors).toMatchObject([{ path: "id" }]);
  });

  it("names the path of each fault of a native document", async () => {
    const response = await put(newUser(), "io", {
      ...echoSpell("io"),
      settings: { timeoutMs: -1, maxVisits: "many" },
    });
    expect(response.status).toBe(400);
    const paths = (await bodyOf(response)).errors.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(["settings.timeoutMs", "settings.maxVisits"]));
  });

  it("refuses more than 1 MiB by the length that is told, and by the bytes that come", async () => {
    const user = newUser();
    const large = JSON.stringify(echoSpell("io", { state: { text: "x".repeat(maxSpellBytes) } }));
    const told = await put(user, "io", large);
    expect(told.status).toBe(413);
    expect(await bodyOf(told)).toMatchObject({ code: "too_large" });

    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new TextEncoder().encode(" ".repeat(65_536)));
      },
    });
    const counted = await put(user, "io", endless);
    expect(counted.status).toBe(413);
    expect(sent).toBeLessThan(4 * maxSpellBytes);
  });

  it("refuses more than 5 000 nodes", async () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 5001 }, (_, i) => [`n${i}`, { component: "Echo", position: [0, i], data: {} }]),
    );
    const response = await put(newUser(), "io", { ...echoSpell("io"), nodes, edges: {} });
    expect(response.status).toBe(413);
  });

  it("refuses a hundred thousand levels of nesting and goes on serving", async () => {
    const user = newUser();
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const response = await put(
      user,
      "io",
      `{"format":"spellrunner@1","nodes":{},"edges":{},"state":{"a":${deep}}}`,
    );
    expect(response.status).toBe(400);
    expect((await put(user, "io", echoSpell("io"))).status).toBe(201);
  });
});

describe("DELETE /spells/:id", () => {
  it("makes the spell and its versions unfindable, and a later one under the id takes the next number", async () => {
    const user = newUser();
    await put(user, "io", echoSpell("io"));
    const deleted = await user.ask("/spells/io", { method: "DELETE" });
    expect([deleted.status, await deleted.text()]).toEqual([204, ""]);
    for (const path of ["/spells/io", "/spells/io/versions", "/spells/io/versions/1"])
      expect((await user.ask(path)).status).toBe(404);
    expect((await user.ask("/spells/io/run", { body: {} })).status).toBe(404);
    expect((await user.ask("/spells/io", { method: "DELETE" })).status).toBe(404);
    expect(await bodyOf(await put(user, "io", echoSpell("io")))).toMatchObject({ version: 2 });
    expect((await bodyOf(await user.ask("/spells/io/versions"))).data).toMatchObject([{ version: 2 }]);
  });
});

describe("GET /spells", () => {
  it("lists a user's own spells by pages, newest first, and searches them", async () => {
    const user = newUser();
    for (const [id, name] of [
      ["a", "Alpha"],
      ["b", "Beta"],
      ["c", "Gamma beta"],
    ] as const)
      await put(user, id, echoSpell(id, { name }));
    const first = await bodyOf(await user.ask("/spells?limit=2"));
    expect(first.data).toHaveLength(2);
    const second = await bodyOf(
      await user.ask(`/spells?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`),
    );
    expect(second.nextCursor).toBeUndefined();
    const ids = [...first.data, ...second.data].map(({ id }: { id: string }) => id);
    expect(ids.toSorted()).toEqual(["a", "b", "c"]);
    const found = await bodyOf(await user.ask("/spells?search=BETA"));
    expect(found.data.map(({ id }: { id: string }) => id).toSorted()).toEqual(["b", "c"]);
    expect((await bodyOf(await newUser().ask("/spells"))).data).toEqual([]);
  });

  it.each(["limit=0", "limit=101", "limit=x", "cursor=nonsense"])(
    "refuses ?%s with its path",
    async (query) => {
      const response = await newUser().ask(`/spells?${query}`);
      expect(response.status).toBe(400);
      expect((await bodyOf(response)).errors).toMatchObject([{ path: query.split("=")[0] }]);
    },
  );
});

describe("versions", () => {
  it("are listed newest first and stay what they were", async () => {
    const user = newUser();
    await put(user, "io", echoSpell("io", { name: "one" }));
    await put(user, "io", echoSpell("io", { name: "two" }));
    const { data } = await bodyOf(await user.ask("/spells/io/versions"));
    expect(data.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const old = await user.ask("/spells/io/versions/1");
    expect(old.headers.get("etag")).toBe('"1"');
    expect(await bodyOf(old)).toEqual(echoSpell("io", { name: "one", version: 1 }));
    for (const n of ["3", "0", "-1", "x", "1e3"])
      expect((await user.ask(`/spells/io/versions/${n}`)).status).toBe(404);
  });

  it("have their compiled plans", async () => {
    const user = newUser();
    await put(user, "plan-io", echoSpell("plan-io"));
    const response = await user.ask("/spells/plan-io/versions/1/plan");
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toMatchObject({
      format: "plan@1",
      graphs: [{ spell: { id: "plan-io", name: "Echo", version: 1 } }],
    });
    expect((await user.ask("/spells/plan-io/versions/9/plan")).status).toBe(404);
  });
});

describe("POST /spells/validate", () => {
  it("tells faults without saving", async () => {
    const user = newUser();
    const good = await bodyOf(await user.ask("/spells/validate", { body: echoSpell("io") }));
    expect(good).toEqual({ valid: true, issues: [] });
    const draft = echoSpell("io");
    draft.nodes.odd = { component: "No Such Thing", position: [0, 0], data: {} };
    const bad = await bodyOf(await user.ask("/spells/validate", { body: draft }));
    expect(bad.valid).toBe(false);
    expect(bad.issues).toContainEqual(expect.objectContaining({ code: "unknown_component" }));
    expect((await user.ask("/spells/io")).status).toBe(404);
    expect((await user.ask("/spells/validate", { body: [] })).status).toBe(400);
  });
});
