/** What every component that needs a service does when that is missing or fails, and with whatever a wire carries. */
import { describe, expect, it } from "vitest";
import { aiComponents } from "../../src/nodes/ai/index.ts";
import { connectorComponents } from "../../src/nodes/connectors/index.ts";
import type { CatalogueEntry } from "../../src/nodes/define.ts";
import { speechComponents } from "../../src/nodes/speech/index.ts";
import { spellComponents } from "../../src/nodes/spells/index.ts";
import { storageComponents } from "../../src/nodes/storage/index.ts";
import { webComponents } from "../../src/nodes/web/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { ServiceName } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { nastyValues } from "../helpers/nasty-values.ts";
import { failing, served } from "../helpers/service-nodes.ts";

const withServices = [
  ...aiComponents,
  ...speechComponents,
  ...storageComponents,
  ...webComponents,
  ...spellComponents,
];
/** These do without. */
const alone = new Set(["Task Destructure"]);

/** A value with which each kind of socket is content, and those sockets that want another. */
const byType: Record<string, Json> = {
  string: "text",
  any: "text",
  number: 1,
  array: [],
  object: { id: "1", content: "text", agent: "Bot" },
  event: { id: "1", content: "text" },
  task: { id: "1", objective: "text" },
  embedding: [1, 0],
  image: "https://x.test/y.png",
  audio: "AAAA",
  boolean: true,
};
const special: Record<string, Json> = {
  "Request.url": "https://x.test",
  "Request.method": "get",
  "Sentence Matcher.sentences": ["a", "b"],
  "Document Set Mass.documents": ["a"],
  "Generate Text.function": '{"name": "f"}',
  "Image Generation.endpoint": "",
  "Store Event.agent": "",
  "Event Recall.agent": "",
};
const data: Record<string, JsonObject> = {
  Classifier: { labels: "a,b" },
  "Hugging Face": { model: "m" },
  "RSS Get": { feedUrl: "https://x.test" },
};

const inputsOf = (component: CatalogueEntry): Record<string, Json> =>
  Object.fromEntries(
    component.inputs
      .filter(({ type }) => type !== "trigger")
      .map(({ name, type }): [string, Json] => [
        name,
        special[`${component.name}.${name}`] ?? byType[type] ?? "",
      ])
      .filter(([, value]) => value !== ""),
  );

/** The service that a component asks first. */
async function serviceOf(component: CatalogueEntry): Promise<ServiceName | undefined> {
  const node = { is: component.name, data: data[component.name] ?? {} };
  return (await served(node, inputsOf(component), { infer: () => [] })).log[0]?.service;
}

describe.each(
  withServices
    .filter(({ name }) => !alone.has(name))
    .map((component) => [component.name, component] as const),
)("%s", (name, component) => {
  const node = { is: name, data: data[name] ?? {} };

  it("says which binding is missing where its service is not bound", async () => {
    const service = await serviceOf(component);
    expect(service).toBeDefined();
    // Goes by letters where nothing can be asked.
    if (service === undefined || name === "Sentence Matcher") return;
    const { error } = await served(node, inputsOf(component), { without: [service] });
    expect(error).toMatchObject({
      code: "not_configured",
      message: `Node "n" (${name}) needs the ${service} service. Bind one as ${service.toUpperCase()} in wrangler.toml.`,
      nodeId: "n",
    });
  });

  it("fails with the service's own code and says which node it was", async () => {
    const service = await serviceOf(component);
    if (service === undefined) throw new Error(`${name} asked no service.`);
    for (const code of ["provider_error", "provider_timeout", "rate_limited", "too_large"] as const) {
      const services = failing(service, new SpellError(code, "It broke. Try again."));
      const { error, outputs } = await served(node, inputsOf(component), { services });
      expect(error).toEqual({ code, message: `Node "n" (${name}): It broke. Try again.`, nodeId: "n" });
      expect(outputs).toBeUndefined();
    }
  });

  it("counts a fault of the service as ours, and tells nothing of it", async () => {
    const service = await serviceOf(component);
    if (service === undefined) throw new Error(`${name} asked no service.`);
    const { error } = await served(node, inputsOf(component), {
      services: failing(service, new TypeError("secret")),
    });
    expect(error?.code).toBe("internal");
    expect(error?.message).not.toContain("secret");
  });

  it("gives the service user, run, node and a key for the effect", async () => {
    const { log } = await served(node, inputsOf(component), { infer: () => [] });
    expect(log[0]?.call).toMatchObject({
      userId: "alice",
      runId: "run-1",
      nodeId: "n",
      visit: "1",
      idempotencyKey: "run-1:n:1",
    });
  });
});

const values: Json[] = [...nastyValues, { id: {}, content: {}, name: [], metadata: [[]] }];
const acceptable = new Set([
  "node_failed",
  "missing_input",
  "spell_invalid",
  "template_error",
  "not_configured",
  "not_found",
  "bad_request",
  "provider_error",
]);

describe.each(
  [...withServices, ...connectorComponents].map((component) => [component.name, component] as const),
)("%s", (name, component) => {
  const sockets = component.inputs.filter(({ type }) => type !== "trigger").map((socket) => socket.name);
  const keys = Object.keys((component.describe().data as { properties?: JsonObject }).properties ?? {});

  it("gives a result or says what is wrong, whatever a wire carries or an editor stored", async () => {
    const ends: string[] = [];
    for (const value of values) {
      const fine = inputsOf(component);
      const tries: [JsonObject, Record<string, Json>][] = [
        ...sockets.map((socket): [JsonObject, Record<string, Json>] => [
          data[name] ?? {},
          { ...fine, [socket]: value },
        ]),
        ...keys.map((key): [JsonObject, Record<string, Json>] => [{ ...data[name], [key]: value }, fine]),
      ];
      for (const [stored, inputs] of tries) {
        const { error, outputs } = await served({ is: name, data: stored }, inputs);
        if (error !== undefined) ends.push(`${error.code}: ${error.message}`);
        // What comes out is JSON: it is the same after it was written down.
        if (outputs !== undefined) expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
      }
    }
    expect(ends.filter((end) => !acceptable.has(end.split(":")[0] ?? ""))).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
