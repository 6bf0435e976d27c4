/** What the engine's own way of running spells within spells asks of a behave-graph: nodes that its files do not have. */
import type { Edge, SpellNode } from "../protocol/spell.ts";
import { isJsonObject, type JsonObject } from "../protocol/values.ts";
import { type BehaveSocket, listOf, readSockets } from "./behave-graph.ts";

/** A document in the making. */
export interface Canvas {
  node(id: string): SpellNode;
  /** Adds a node and gives its id, which begins as `wanted`. */
  place(wanted: string, node: SpellNode): string;
  draw(edge: Edge): void;
  /** Says that something of a node could not be carried. */
  warn(id: string, message: string): void;
}

/** The values that a sub-spell gives are outputs of the spell, its flows ways out of it: both have nodes of their own. */
export function drawResults(canvas: Canvas, id: string, sockets: readonly BehaveSocket[]): void {
  const { position } = canvas.node(id);
  let row = 0;
  const place = (component: string, name: string): string => {
    row += 1;
    const at: [number, number] = [position[0] + 300, position[1] + (row - 1) * 100];
    return canvas.place(`${id.slice(0, 48)}.${row}`, { component, position: at, data: { name } });
  };
  let [last, socket] = [id, "$results"];
  for (const { name } of sockets.filter(({ type }) => type !== "flow")) {
    const placed = place("Output", name);
    canvas.draw({ from: [last, socket], to: [placed, "trigger"] });
    canvas.draw({ from: [id, name], to: [placed, "input"] });
    [last, socket] = [placed, "trigger"];
  }
  for (const { name } of sockets.filter(({ type }) => type === "flow"))
    canvas.draw({ from: [id, name], to: [place("Trigger Out", name), "trigger"] });
}

/** Nodes that hold a value of a type, by `a`, and give it as `result`. */
const constants: Record<string, string> = {
  string: "logic/string",
  float: "math/float",
  integer: "math/integer",
  boolean: "math/boolean",
  array: "logic/array",
  object: "logic/object",
  vec2: "math/vec2",
  vec3: "math/vec3",
  vec4: "math/vec4",
  quat: "math/quat",
  euler: "math/euler",
  color: "math/color",
  mat3: "math/mat3",
  mat4: "math/mat4",
};

/** The engine passes into a sub-spell what is wired, so a value that the node itself holds gets a node of its own. */
export function drawConstants(canvas: Canvas, id: string, configuration: JsonObject): void {
  const { position, data } = canvas.node(id);
  const literals = isJsonObject(data.parameters) ? data.parameters : {};
  readSockets(listOf(configuration.socketInputs)).forEach(({ name, type }, row) => {
    const value = Object.hasOwn(literals, name) ? literals[name] : undefined;
    if (value === undefined || type === "flow") return;
    const component = Object.hasOwn(constants, type) ? constants[type] : undefined;
    if (component === undefined)
      return canvas.warn(
        id,
        `The value of the input "${name}" was left out: no node holds a value of the type ${type}.`,
      );
    const placed = canvas.place(`${id.slice(0, 48)}.in${row + 1}`, {
      component,
      position: [position[0] - 300, position[1] + row * 100],
      data: { parameters: { a: value } },
    });
    canvas.draw({ from: [placed, "result"], to: [id, name] });
  });
}
