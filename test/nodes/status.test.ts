/** What components say of themselves, against what they do in a host that has no service at all. */
import { describe, expect, it } from "vitest";
import { describeComponents } from "../../src/nodes/index.ts";
import type { ComponentDescription } from "../../src/protocol/components.ts";
import type { SocketType } from "../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { runNode } from "../helpers/nodes.ts";

/** A value for every socket, so that a component comes as far as its question. */
const byType: Record<SocketType, Json> = {
  trigger: null,
  any: "x",
  string: "x",
  number: 1,
  boolean: true,
  array: ["x"],
  object: { id: "x" },
  event: { content: "x", id: "x" },
  embedding: [1, 0],
  document: [{ content: "x" }],
  task: { id: "x" },
  image: "https://example.com/x.png",
  audio: "https://example.com/x.mp3",
};
const byName: Record<string, Json> = {
  conversation: [{ content: "x" }],
  function: "",
  documents: [{ title: "x", description: "x" }],
  messages: [{ role: "user", content: "x" }],
  method: "get",
  role: "user",
  sentences: ["a wolf", "a sheep"],
  url: "https://example.com/x",
};
const data: JsonObject = {
  code: "() => ({})",
  feedUrl: "https://example.com/feed",
  model: "x",
  spell: "x",
  activetask: { data: [{ inputs: ["a"], outputs: ["b"] }], serialization: {} },
};

/** Of components that wait for people, calls, streams or time there is no end to ask for; an address is a server's to give. */
const waiting = new Set(["Ask", "Stream", "Ticker", "Wait for Webhook", "Webhook Address"]);
/** No trigger reaches them: the life of a graph starts them. */
const ofLife = new Set(["lifecycle/onStart", "lifecycle/onTick", "lifecycle/onEnd"]);

async function endOf({ name, inputs }: ComponentDescription): Promise<string> {
  const entry = inputs.find(({ type }) => type === "trigger")?.name ?? "trigger";
  const values = inputs
    .filter(({ type }) => type !== "trigger")
    .map((socket): [string, Json] => [socket.name, byName[socket.name] ?? byType[socket.type]]);
  const end = await runNode({ is: name, data }, Object.fromEntries(values), [], {}, entry).ended;
  return end.error?.code ?? end.type;
}

const asked = describeComponents().filter(({ name }) => !waiting.has(name) && !ofLife.has(name));

describe("without any service", () => {
  for (const status of ["needs-service", "retired"] as const) {
    const those = asked.filter((component) => component.status === status);
    it.each(those.map((component) => [component.name, component] as const))(
      `is not configured, as its status ${status} says: %s`,
      async (_, component) => {
        expect(await endOf(component)).toBe("not_configured");
      },
    );
  }

  it("every component that is ready does without", async () => {
    const ready = asked.filter(({ status }) => status === "ready");
    expect(ready.length).toBeGreaterThan(100);
    for (const component of ready)
      expect(["not_configured", "internal"], component.name).not.toContain(await endOf(component));
  });
});
