import { describe, expect, it } from "vitest";
import {
  areJoinable,
  type Socket,
  socketsOf,
  whyNot,
  wiredSockets,
} from "../../client/editor/core/sockets.ts";
import { describeComponents } from "../../src/nodes/index.ts";
import { spell } from "./documents.ts";

const components = new Map(describeComponents().map((one) => [one.name, one]));
const typesOf = (sockets: readonly Socket[]): string[] => sockets.map(({ name, type }) => `${name}:${type}`);

describe("the sockets of a node", () => {
  it("are the component's, then the author's", () => {
    const document = spell({ c: { is: "Code", inputs: [{ name: "x", type: "string" }] } }, "");
    const { inputs } = socketsOf(document, "c", components.get("Code"));
    expect(typesOf(inputs)).toEqual(["trigger:trigger", "x:string"]);
  });

  it("are those that wires name where nobody declares them, once", () => {
    const document = spell(
      { a: "Nobody knows", b: "Nobody knows" },
      `
      a.y > b.x
      a.y > b.z
      a.trigger > b.trigger`,
    );
    const wired = wiredSockets(document);
    expect(typesOf(socketsOf(document, "a", undefined, wired).outputs)).toEqual(["y:any", "trigger:trigger"]);
    expect(typesOf(socketsOf(document, "b", undefined).inputs)).toEqual([
      "x:any",
      "z:any",
      "trigger:trigger",
    ]);
  });

  it("have the type of whoever knows it", () => {
    const document = spell(
      { c: { is: "Code", inputs: [{ name: "x", type: "number" }] }, d: "Code" },
      "d.o > c.x",
    );
    expect(typesOf(socketsOf(document, "c", components.get("Code")).inputs)).toContain("x:number");
    const own = spell({ c: { is: "Echo", inputs: [{ name: "source", type: "number" }] } }, "");
    const anyFirst = { ...components.get("Echo")!, inputs: [{ name: "source", type: "any" as const }] };
    expect(typesOf(socketsOf(own, "c", anyFirst).inputs)).toEqual(["source:number"]);
  });

  it("of a node that is not there are the component's", () => {
    expect(socketsOf(spell({}, ""), "gone", undefined)).toEqual({ inputs: [], outputs: [] });
  });
});

describe("sockets that may be joined", () => {
  it.each([
    ["string", "string", true],
    ["string", "number", false],
    ["any", "image", true],
    ["audio", "any", true],
    ["event", "object", true],
    ["document", "task", true],
    ["embedding", "array", true],
    ["array", "object", false],
    ["trigger", "trigger", true],
    ["trigger", "any", false],
    ["any", "trigger", false],
  ] as const)("%s and %s: %s", (from, to, isJoinable) => {
    expect(areJoinable(from, to)).toBe(isJoinable);
  });
});

describe("a wire that is drawn", () => {
  const document = spell(
    { a: "X", b: "X", c: "X", t: "X" },
    `
    a.out > b.in
    b.out > c.in
    t.trigger > c.trigger`,
  );
  const types: Record<string, Socket["type"]> = {
    trigger: "trigger",
    in: "string",
    out: "string",
    n: "number",
    o: "object",
  };
  const typeOf = (_node: string, _side: string, socket: string): Socket["type"] => types[socket] ?? "any";
  const why = (from: string, to: string): string | null => {
    const [[a = "", x = ""], [b = "", y = ""]] = [from.split("."), to.split(".")];
    return whyNot(document, { from: [a, x], to: [b, y] }, typeOf);
  };

  it("may be where the types fit", () => {
    expect(why("a.out", "c.in")).toBeNull();
    expect(why("a.trigger", "b.trigger")).toBeNull();
  });

  it("is refused in words where they do not", () => {
    expect(why("a.trigger", "b.in")).toContain("“trigger” is a trigger");
    expect(why("a.out", "b.trigger")).toContain("“trigger” waits for a trigger");
    expect(why("a.out", "b.n")).toBe("“out” gives a string, “n” takes a number.");
    expect(why("a.o", "b.n")).toBe("“o” gives an object, “n” takes a number.");
  });

  it("makes no circle of values, also not with itself", () => {
    expect(why("b.out", "a.in")).toContain("circle of values");
    expect(why("a.out", "a.in")).toContain("circle of values");
  });

  it("may lead back from a node that a trigger runs, but not to itself", () => {
    expect(why("c.out", "a.in")).toBeNull();
    expect(why("c.out", "c.in")).toContain("circle of values");
  });

  it("may be a circle of triggers", () => {
    expect(why("c.trigger", "t.trigger")).toBeNull();
  });
});
