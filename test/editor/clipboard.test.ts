import { describe, expect, it } from "vitest";
import { clipOf, paste } from "../../client/editor/core/clipboard.ts";
import { spell } from "./documents.ts";

const document = spell(
  { a: "Echo", "b-2": { is: "Echo", data: { x: 1 }, y: 50 }, c: "Echo" },
  `
  a.output > b-2.source
  b-2.output > c.source`,
);

describe("nodes that are copied", () => {
  it("come with the wires between them, under free ids, beside where they were", () => {
    const pasted = paste(document, clipOf(document, ["a", "b-2", "gone"]));
    expect(pasted?.ids).toEqual(["a-2", "b"]);
    expect(pasted?.document.nodes["a-2"]).toEqual({ ...document.nodes.a, position: [40, 40] });
    expect(pasted?.document.nodes.b).toEqual({ ...document.nodes["b-2"], position: [40, 90] });
    const added = Object.entries(pasted?.document.edges ?? {}).filter(([id]) => !(id in document.edges));
    expect(added).toEqual([["e", { from: ["a-2", "output"], to: ["b", "source"] }]]);
    expect(document.nodes).not.toHaveProperty("a-2");
  });

  it("keep their ids in a spell that has none of them", () => {
    const empty = spell({}, "");
    const pasted = paste(empty, clipOf(document, ["a", "b-2"]), 0);
    expect(pasted?.document.nodes).toEqual({ a: document.nodes.a, "b-2": document.nodes["b-2"] });
  });

  it("can be pasted again and again", () => {
    const text = clipOf(document, ["a", "b-2", "c"]);
    let present = document;
    for (let n = 0; n < 3; n += 1) present = paste(present, text)?.document ?? present;
    expect(Object.keys(present.nodes)).toHaveLength(12);
    expect(Object.keys(present.edges)).toHaveLength(8);
  });
});

describe("a text that is none of ours", () => {
  const clip = JSON.parse(clipOf(document, ["a"])) as Record<string, unknown>;
  const node = { component: "Echo", position: [0, 0], data: {} };
  it.each([
    ["no JSON", "hello"],
    ["nothing", ""],
    ["null", "null"],
    ["a number", "7"],
    ["a list", "[]"],
    ["a spell", JSON.stringify(document)],
    ["no nodes", JSON.stringify({ ...clip, nodes: null })],
    ["a list of nodes", JSON.stringify({ ...clip, nodes: [node] })],
    ["a node that is null", JSON.stringify({ ...clip, nodes: { a: null } })],
    ["a node without a component", JSON.stringify({ ...clip, nodes: { a: { ...node, component: 1 } } })],
    ["a place of texts", JSON.stringify({ ...clip, nodes: { a: { ...node, position: ["1", "2"] } } })],
    ["data that are null", JSON.stringify({ ...clip, nodes: { a: { ...node, data: null } } })],
    ["sockets that are no list", JSON.stringify({ ...clip, nodes: { a: { ...node, inputs: {} } } })],
    ["no wires", JSON.stringify({ ...clip, edges: {} })],
    ["a wire from nowhere", JSON.stringify({ ...clip, edges: [{ from: null, to: ["a", "b"] }] })],
    ["a wire that is null", JSON.stringify({ ...clip, edges: [null] })],
  ])("is not pasted: %s", (_what, text) => {
    expect(paste(document, text)).toBeNull();
  });

  it("with a wire to a node that is not in it loses that wire", () => {
    const text = JSON.stringify({ ...clip, edges: [{ from: ["a", "output"], to: ["c", "source"] }] });
    expect(paste(document, text)?.document.edges).toEqual(document.edges);
  });
});
