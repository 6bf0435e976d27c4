/** Whatever a wire carries or an editor stored, a component of these families gives a result or says what is wrong. */
import { describe, expect, it } from "vitest";
import { codeComponents } from "../../src/nodes/code/index.ts";
import { dataComponents } from "../../src/nodes/data/index.ts";
import type { CatalogueEntry } from "../../src/nodes/define.ts";
import { eventComponents } from "../../src/nodes/events/index.ts";
import { flowComponents } from "../../src/nodes/flow/index.ts";
import { mathComponents } from "../../src/nodes/math/index.ts";
import { textComponents } from "../../src/nodes/text/index.ts";
import { utilityComponents } from "../../src/nodes/utility/index.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { nastyValues } from "../helpers/nasty-values.ts";
import { runNode } from "../helpers/nodes.ts";

const components = [
  ...codeComponents,
  ...dataComponents,
  ...eventComponents,
  ...flowComponents.filter(({ role }) => role !== "spell"),
  ...mathComponents,
  ...textComponents,
  ...utilityComponents,
];

const values: Json[] = [
  ...nastyValues,
  0,
  { length: -1, content: {}, rows: [[]] },
  Array.from({ length: 10_000 }, (_, i) => i),
];

const acceptable = new Set([
  "node_failed",
  "missing_input",
  "spell_invalid",
  "template_error",
  "not_configured",
  "budget_exceeded",
]);

function endOf(component: CatalogueEntry, data: JsonObject, inputs: Record<string, Json>): string {
  const triggered = component.inputs.find(({ type }) => type === "trigger")?.name ?? "trigger";
  const node = { is: component.name, data, inputs: [{ name: "added", type: "any" as const }] };
  const sandbox = { call: () => ({ value: "done", logs: [] }) };
  const { events } = runNode(
    node,
    inputs,
    [],
    { ports: { sandbox }, limits: { maxVisits: 10_000 } },
    triggered,
  );
  const end = events.at(-1);
  // What comes out is JSON: it is the same after it was written down.
  for (const event of events)
    if (event.type === "node.completed")
      expect(JSON.parse(JSON.stringify(event.outputs)), component.name).toEqual(event.outputs);
  return end?.type === "run.failed" ? `${end.error?.code}: ${end.error?.message}` : (end?.type ?? "");
}

const isFine = (end: string): boolean => end === "run.completed" || acceptable.has(end.split(":")[0] ?? "");

describe.each(components.map((component) => [component.name, component] as const))("%s", (_, component) => {
  const keys = Object.keys((component.describe().data as { properties?: JsonObject }).properties ?? {});
  const sockets = [
    ...component.inputs.filter(({ type }) => type !== "trigger").map(({ name }) => name),
    "added",
  ];
  const code: JsonObject = keys.includes("code") ? { code: "() => {}" } : {};

  it("ends properly whatever a wire carries", () => {
    for (const socket of sockets)
      for (const value of values) {
        const others = Object.fromEntries(
          sockets.filter((name) => name !== "added").map((name) => [name, "5"]),
        );
        expect(endOf(component, code, { ...others, [socket]: value })).toSatisfy(isFine);
      }
    for (const value of values)
      expect(endOf(component, code, Object.fromEntries(sockets.map((name) => [name, value])))).toSatisfy(
        isFine,
      );
  });
  it("ends properly whatever an editor stored", () => {
    const inputs = Object.fromEntries(sockets.map((name) => [name, "5"]));
    for (const key of keys)
      for (const value of values)
        expect(endOf(component, { ...code, [key]: value }, inputs)).toSatisfy(isFine);
  });
});

it("nothing of this reached the prototype of all objects", () => {
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
