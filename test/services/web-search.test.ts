/** The search service on the web, by each of its engines. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { alice, codeOf } from "../contracts/support.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { spell } from "../helpers/spells.ts";
import { thrownBy } from "../helpers/thrown.ts";

const bindings = env as unknown as Required<Env>;
const outside = inject("outsideUrl");
const names = ["EXA_API_KEY", "EXA_BASE_URL", "BRAVE_API_KEY", "BRAVE_BASE_URL", "SEARXNG_URL"] as const;
const set = (settings: Partial<Record<(typeof names)[number], string>>) => Object.assign(bindings, settings);

afterEach(() => {
  for (const name of names) Reflect.deleteProperty(bindings, name);
});

const asked = async (query: string, limit = 2) =>
  (await bindings.SEARCH.query(alice, { query, in: "web", limit })).results;

describe("A search on the web", () => {
  it("is by Exa, with passages and scores", async () => {
    set({
      EXA_API_KEY: "exa-key-for-tests",
      EXA_BASE_URL: `${outside}/exa/`,
      SEARXNG_URL: `${outside}/searxng`,
    });
    expect(await asked("whales")).toEqual([
      { url: "https://exa.test/1", title: "whales 1", text: "passage", score: 1 },
      { url: "https://exa.test/2", title: "whales 2", text: "passage", score: 0.5 },
    ]);
  });
  it("is by Brave, which takes and gives only so much", async () => {
    set({ BRAVE_API_KEY: "b", BRAVE_BASE_URL: `${outside}/brave` });
    const [hit] = await asked("w".repeat(1000), 50);
    expect(hit).toEqual({ url: "https://brave.test/1", title: "w".repeat(400), text: "of 20" });
    expect(await asked("nothing")).toEqual([]);
  });
  it("is by a SearXNG of one's own, no more than was asked for", async () => {
    set({ SEARXNG_URL: `${outside}/searxng/` });
    const hits = await asked("x");
    expect(hits.map(({ url }) => url)).toEqual(["https://searx.test/1", "https://searx.test/2"]);
    expect(hits[0]?.text).toHaveLength(2000);
  });
  it("says what to set where nothing is", async () => {
    expect(await thrownBy(asked("x"))).toMatchObject({
      code: "not_configured",
      message: expect.stringMatching(/EXA_API_KEY.*BRAVE_API_KEY.*SEARXNG_URL/),
    });
  });
  it("is by the user's own key, which nobody is told of", async () => {
    set({ EXA_API_KEY: "exa-key-of-the-deployment", EXA_BASE_URL: `${outside}/exa` });
    const refused = await thrownBy(asked("x"));
    expect(refused).toMatchObject({ code: "provider_error" });
    expect(String(refused)).not.toContain("exa-key-of-the-deployment");
    const user = userNamed("web-search");
    await user.ask("/users/me/secrets/EXA_API_KEY", { method: "PUT", body: { value: "exa-key-for-tests" } });
    const answer = await user.ask("/services/search/query", { body: { query: "x", in: "web", limit: 1 } });
    expect((await bodyOf(answer)).results).toHaveLength(1);
  });
  it.each([
    ["SEARXNG_URL", "searx"],
    ["SEARXNG_URL", "ftp://searx.test"],
    ["SEARXNG_URL", "http://user:planted@searx.test"],
    ["EXA_BASE_URL", "exa"],
    ["BRAVE_BASE_URL", "brave"],
  ] as const)("is not configured where %s is %s", async (name, value) => {
    const key = { EXA_BASE_URL: "EXA_API_KEY", BRAVE_BASE_URL: "BRAVE_API_KEY", SEARXNG_URL: undefined }[
      name
    ];
    set({ [name]: value, ...(key === undefined ? {} : { [key]: "planted" }) });
    const thrown = await thrownBy(asked("x"));
    expect(thrown).toMatchObject({
      code: "not_configured",
      message: expect.stringContaining(name),
    });
    expect(String(thrown)).not.toContain("planted");
  });
  it("is what the nodes of old spells find", async () => {
    set({ EXA_API_KEY: "exa-key-for-tests", EXA_BASE_URL: `${outside}/exa` });
    const user = userNamed("web-search-nodes");
    const document = spell(
      {
        start: "Trigger In",
        ask: { is: "Universal Input", data: { name: "ask" } },
        google: "Search Google",
        metaphor: "Search Metaphor",
        links: "Output:links",
        found: "Output:found",
      },
      `start.trigger > google.trigger
       ask.output > google.query
       ask.output > metaphor.query
       google.trigger > metaphor.trigger
       metaphor.trigger > links.trigger
       links.trigger > found.trigger
       google.links > links.input
       metaphor.results > found.input`,
    );
    await user.ask("/spells/searches", { method: "PUT", body: document });
    const ran = await bodyOf(await user.ask("/spells/searches/run", { body: { inputs: { ask: "whales" } } }));
    expect(ran.outputs.links).toHaveLength(10);
    expect(ran.outputs.found[0]).toEqual({
      url: "https://exa.test/1",
      title: "whales 1",
      extract: "passage",
      score: 1,
    });
  });
  it.each(["html", "nojson", "status/500", "status/429", "cut", "big", "echo"])(
    "fails where the engine answers with %s",
    async (path) => {
      set({ SEARXNG_URL: `${outside}/${path}` });
      expect(await codeOf(bindings.SEARCH.query(alice, { query: "x", in: "web", limit: 1 }))).toBe(
        "provider_error",
      );
    },
  );
  it("ends with its time where the engine hangs", async () => {
    set({ SEARXNG_URL: `${outside}/hang` });
    const call = { ...alice, deadlineAt: Date.now() + 300 };
    expect(await codeOf(bindings.SEARCH.query(call, { query: "x", in: "web", limit: 1 }))).toBe(
      "provider_timeout",
    );
  });
});
