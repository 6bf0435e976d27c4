/** What behave-graph's engine does with flows that ours must do, too. */
import { describe, expect, it } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { type GraphNode, imported, originalLog, ranHere, start } from "../helpers/behave.ts";
import { memoryServices } from "../helpers/memory-services.ts";

const to = (nodeId: string, socket = "flow") => ({ nodeId, socket });
const log = (id: string, text: string): GraphNode => ({
  id,
  type: "debug/log",
  parameters: { text: { value: text } },
});

describe("Flows of behave-graph", () => {
  it("reach the listeners of an event in the order of the file", async () => {
    const listener = (id: string, next: string): GraphNode => ({
      id,
      type: "customEvent/onTriggered",
      configuration: { customEventId: "e" },
      flows: { flow: to(next) },
    });
    const graph = {
      customEvents: [{ id: "e", name: "e" }],
      nodes: [
        start("t"),
        { id: "t", type: "customEvent/trigger", configuration: { customEventId: "e" } },
        listener("z", "lz"),
        log("lz", "first"),
        listener("a", "la"),
        log("la", "second"),
      ],
    };
    expect((await ranHere(graph)).lines).toEqual(await originalLog(graph));
  });

  it("start in the order of the file", async () => {
    const graph = {
      nodes: [
        { ...start("lz"), id: "z" },
        log("lz", "first"),
        { ...start("la"), id: "a" },
        log("la", "second"),
      ],
    };
    expect((await ranHere(graph)).lines).toEqual(await originalLog(graph));
  });

  it("wait for a node that asks a service: the loop goes on with its answer, and ends behind the last", async () => {
    const graph = {
      nodes: [
        start("loop"),
        {
          id: "loop",
          type: "flow/forLoop",
          parameters: { endIndex: { value: 3 } },
          flows: { loopBody: to("ask"), completed: to("done") },
        },
        {
          id: "ask",
          type: "magick/generateText",
          parameters: { prompt: { link: to("loop", "index") } },
          flows: { done: to("say") },
        },
        { id: "say", type: "debug/log", parameters: { text: { link: to("ask", "response") } } },
        log("done", "completed"),
      ],
    };
    const { services } = memoryServices({ complete: (prompt) => `answer ${prompt}` });
    const { lines, events } = await ranHere(graph, { ports: { services } });
    const expected = ["info: answer 0", "info: answer 1", "info: answer 2", "info: completed"];
    expect(lines).toEqual(expected);
    for (let cut = 1; cut < events.length; cut += 1) {
      const resumed = await ranHere(graph, { records: events.slice(0, cut), ports: { services } });
      expect(resumed.lines).toEqual(expected);
    }
  });

  it("enter a sub-spell by the way that the outer node was triggered", async () => {
    const inner = {
      name: "inner",
      graphInputs: [
        { key: "left", valueType: "flow" },
        { key: "right", valueType: "flow" },
      ],
      nodes: [
        { id: "in", type: "events/subspells/input", flows: { left: to("l"), right: to("r") } },
        log("l", "left"),
        log("r", "right"),
      ],
    };
    const outer = {
      nodes: [
        start("run"),
        {
          id: "run",
          type: "action/subspell/run",
          configuration: {
            spellId: "inner",
            socketInputs: [
              { key: "left", valueType: "flow" },
              { key: "right", valueType: "flow" },
            ],
          },
        },
      ].map((node) => (node.id === "start" ? { ...node, flows: { flow: to("run", "right") } } : node)),
    };
    const subSpells = (): SpellDocument => imported(inner);
    expect((await ranHere(outer, { subSpells })).lines).toEqual(["info: right"]);
  });
});
