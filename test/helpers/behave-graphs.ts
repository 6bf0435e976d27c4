/** Random behave-graph files that the original package can run: flows that end, functions of fitting types, variables, events. */
import fc from "fast-check";

interface FileNode {
  id: string;
  type: string;
  configuration?: Record<string, unknown>;
  parameters?: Record<string, unknown>;
  flows?: Record<string, { nodeId: string; socket: string }>;
}

export interface FileGraph {
  nodes: FileNode[];
  variables: { id: string; name: string; valueTypeName: string; initialValue: unknown }[];
  customEvents: { id: string; name: string; parameters: unknown[] }[];
}

type ValueType = "float" | "integer" | "boolean" | "string" | "vec3";

/** What a plan draws from: numbers below 2^16 that are taken one after the other, then over again. */
type Draws = () => number;

/** Functions by what they give, with what they take; all total on the values below, and free of -0. */
const functions: Record<ValueType, [type: string, inputs: [string, ValueType][]][]> = {
  float: [
    [
      "math/add/float",
      [
        ["a", "float"],
        ["b", "float"],
      ],
    ],
    [
      "math/subtract/float",
      [
        ["a", "float"],
        ["b", "float"],
      ],
    ],
    [
      "math/max/float",
      [
        ["a", "float"],
        ["b", "float"],
      ],
    ],
    [
      "math/divide/float",
      [
        ["a", "float"],
        ["b", "float"],
      ],
    ],
    ["math/sqrt/float", [["a", "float"]]],
    ["math/abs/float", [["a", "float"]]],
    ["math/toFloat/integer", [["a", "integer"]]],
    ["math/toFloat/boolean", [["a", "boolean"]]],
    ["math/toFloat/string", [["a", "string"]]],
    ["math/length/vec3", [["a", "vec3"]]],
    [
      "math/dot/vec3",
      [
        ["a", "vec3"],
        ["b", "vec3"],
      ],
    ],
    [
      "math/clamp/float",
      [
        ["a", "float"],
        ["b", "float"],
        ["c", "float"],
      ],
    ],
  ],
  integer: [
    [
      "math/add/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    [
      "math/subtract/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    [
      "math/multiply/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    [
      "math/min/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    [
      "math/clamp/integer",
      [
        ["value", "integer"],
        ["min", "integer"],
        ["max", "integer"],
      ],
    ],
    ["math/sign/integer", [["a", "integer"]]],
    ["math/toInteger/boolean", [["a", "boolean"]]],
    ["logic/length/string", [["a", "string"]]],
  ],
  boolean: [
    [
      "math/and/boolean",
      [
        ["a", "boolean"],
        ["b", "boolean"],
      ],
    ],
    [
      "math/or/boolean",
      [
        ["a", "boolean"],
        ["b", "boolean"],
      ],
    ],
    ["math/negate/boolean", [["a", "boolean"]]],
    [
      "math/greaterThan/float",
      [
        ["a", "float"],
        ["b", "float"],
      ],
    ],
    [
      "math/equal/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    [
      "math/lessThanOrEqual/integer",
      [
        ["a", "integer"],
        ["b", "integer"],
      ],
    ],
    ["math/isNaN/float", [["a", "float"]]],
    ["math/isInf/float", [["a", "float"]]],
    [
      "logic/includes/string",
      [
        ["a", "string"],
        ["b", "string"],
      ],
    ],
    [
      "math/equal/vec3",
      [
        ["a", "vec3"],
        ["b", "vec3"],
        ["tolerance", "float"],
      ],
    ],
  ],
  string: [
    [
      "logic/concat/string",
      [
        ["a", "string"],
        ["b", "string"],
      ],
    ],
  ],
  vec3: [
    [
      "math/toVec3/float",
      [
        ["x", "float"],
        ["y", "float"],
        ["z", "float"],
      ],
    ],
    [
      "math/add/vec3",
      [
        ["a", "vec3"],
        ["b", "vec3"],
      ],
    ],
    [
      "math/scale/vec3",
      [
        ["a", "vec3"],
        ["b", "float"],
      ],
    ],
    [
      "math/cross/vec3",
      [
        ["a", "vec3"],
        ["b", "vec3"],
      ],
    ],
  ],
};

const valueTypes = Object.keys(functions) as ValueType[];

function literal(type: ValueType, draw: Draws): unknown {
  const n = draw();
  switch (type) {
    case "float":
      return [0.5, 1, 2.25, 7, 1e10, 3][n % 6];
    case "integer":
      return [0, 1, 2, 3, 5, 1_000_003][n % 6];
    case "boolean":
      return n % 2 === 0;
    case "string":
      return ["", "a", "ab", "12", "NaN", "b c"][n % 6];
    default:
      return [[1, 0.5, 2], [3, 1, 0.25], "[1,2,3]"][n % 3];
  }
}

/** Where a loop or an event gives a value to what runs in it. */
interface Given {
  nodeId: string;
  socket: string;
  type: ValueType;
}

class Builder {
  readonly graph: FileGraph = { nodes: [], variables: [], customEvents: [] };
  readonly #draw: Draws;
  /** Nodes that may still be drawn. */
  #left: number;

  constructor(draw: Draws, size: number) {
    this.#draw = draw;
    this.#left = size;
    this.graph.variables = valueTypes.map((type, i) => ({
      id: String(i),
      name: `v${i}`,
      valueTypeName: type,
      initialValue: literal(type, draw),
    }));
    this.graph.customEvents = [
      {
        id: "e",
        name: "event",
        parameters: [{ name: "what", valueTypeName: "string", defaultValue: "nothing" }],
      },
    ];
  }

  build(): FileGraph {
    this.#event("lifecycle/onStart");
    // One listener, whose body raises nothing: events that raise themselves do not end.
    const heard: Given = { nodeId: "", socket: "what", type: "string" };
    const listener = this.#node("customEvent/onTriggered", { configuration: { customEventId: "e" } });
    heard.nodeId = listener.id;
    this.#connect(listener, "flow", this.#flow(2, [heard], false));
    if (this.#draw() % 3 === 0) this.#event("lifecycle/onTick");
    if (this.#draw() % 3 === 0) this.#event("lifecycle/onEnd");
    return this.graph;
  }

  #event(type: string): void {
    const node = this.#node(type, {});
    this.#connect(node, "flow", this.#flow(4, [], true));
  }

  #node(type: string, rest: Partial<FileNode>): FileNode {
    const node: FileNode = { id: String(this.graph.nodes.length), type, ...rest };
    this.graph.nodes.push(node);
    this.#left -= 1;
    return node;
  }

  #connect(from: FileNode, output: string, target: { node: FileNode; socket: string } | undefined): void {
    if (target !== undefined) (from.flows ??= {})[output] = { nodeId: target.node.id, socket: target.socket };
  }

  /** A flow of nodes one behind the other, the last of which may branch. */
  #flow(depth: number, given: Given[], mayRaise: boolean): { node: FileNode; socket: string } | undefined {
    if (this.#left <= 0) return undefined;
    if (depth === 0) return this.#log(given);
    const next = (more: Given[] = []) => this.#flow(depth - 1, [...given, ...more], mayRaise);
    const value = (type: ValueType) => this.#value(type, given, 2);
    switch (this.#draw() % 14) {
      case 0: {
        const node = this.#node("flow/branch", { parameters: { condition: value("boolean") } });
        this.#connect(node, "true", next());
        this.#connect(node, "false", next());
        return { node, socket: "flow" };
      }
      case 1: {
        const count = 1 + (this.#draw() % 3);
        const node = this.#node("flow/sequence", { configuration: { numOutputs: count } });
        for (let i = 1; i <= count; i++) this.#connect(node, String(i), next());
        return { node, socket: "flow" };
      }
      case 2: {
        const node = this.#node("flow/forLoop", {
          parameters: { startIndex: { value: this.#draw() % 3 }, endIndex: { value: this.#draw() % 5 } },
        });
        this.#connect(node, "loopBody", next([{ nodeId: node.id, socket: "index", type: "integer" }]));
        this.#connect(node, "completed", next());
        return { node, socket: "flow" };
      }
      case 3: {
        const node = this.#node("flow/flipFlop", {});
        this.#connect(node, "on", next([{ nodeId: node.id, socket: "isOn", type: "boolean" }]));
        this.#connect(node, "off", next());
        return { node, socket: "flow" };
      }
      case 4: {
        const node = this.#node("flow/counter", {});
        const text = this.#node("math/toString/integer", {
          parameters: { a: { link: { nodeId: node.id, socket: "count" } } },
        });
        const log = this.#node("debug/log", {
          parameters: { text: { link: { nodeId: text.id, socket: "result" } } },
        });
        this.#connect(node, "flow", { node: log, socket: "flow" });
        this.#connect(log, "flow", next());
        return this.#twice(node, "reset");
      }
      case 5: {
        const node = this.#node("flow/doOnce", {});
        this.#connect(node, "flow", next());
        return this.#twice(node, "reset");
      }
      case 6: {
        const node = this.#node("flow/doN", { parameters: { n: { value: this.#draw() % 3 } } });
        this.#connect(node, "flow", next());
        return this.#twice(node, "reset");
      }
      case 7: {
        const node = this.#node("flow/gate", {
          parameters: { startClosed: { value: this.#draw() % 2 === 0 } },
        });
        this.#connect(node, "flow", next());
        return this.#twice(node, ["open", "close", "toggle"][this.#draw() % 3] as string);
      }
      case 8: {
        const node = this.#node("flow/waitAll", {
          configuration: { numInputs: 2 },
          parameters: { autoReset: { value: this.#draw() % 2 === 0 } },
        });
        this.#connect(node, "flow", next());
        return this.#twice(node, ["1", "2", "reset"][this.#draw() % 3] as string, "1", "2");
      }
      case 9: {
        const node = this.#node("flow/switch/integer", {
          configuration: { cases: [0, 1, 2] },
          parameters: { selection: value("integer") },
        });
        for (const output of ["0", "1", "default"]) this.#connect(node, output, next());
        return { node, socket: "flow" };
      }
      case 10: {
        const node = this.#node("flow/switch/string", {
          configuration: { cases: ["a", "12"] },
          parameters: { selection: value("string") },
        });
        for (const output of ["a", "12", "default"]) this.#connect(node, output, next());
        return { node, socket: "flow" };
      }
      case 11: {
        const variable = this.#draw() % valueTypes.length;
        const node = this.#node("variable/set", {
          configuration: { variableId: String(variable) },
          parameters: { value: value(valueTypes[variable] as ValueType) },
        });
        this.#connect(node, "flow", next());
        return { node, socket: "flow" };
      }
      case 12: {
        // One alone: where two raise an event before it is heard, the package gives both times what the second said. Nothing
        // stands behind it: the package does not go on there.
        if (!mayRaise || this.graph.nodes.some(({ type }) => type === "customEvent/trigger")) break;
        const node = this.#node("customEvent/trigger", {
          configuration: { customEventId: "e" },
          ...(this.#draw() % 3 === 0 ? {} : { parameters: { what: value("string") } }),
        });
        return { node, socket: "flow" };
      }
      default:
    }
    const log = this.#log(given);
    this.#connect(log.node, "flow", next());
    return log;
  }

  #log(given: Given[]): { node: FileNode; socket: string } {
    const node = this.#node("debug/log", {
      parameters: {
        text: this.#draw() % 3 === 0 ? this.#value("string", given, 2) : this.#asText(given),
        severity: { value: ["verbose", "info", "warning", "error"][this.#draw() % 4] },
      },
    });
    return { node, socket: "flow" };
  }

  /** Reaches a node that remembers by several of its inputs, one after the other. */
  #twice(node: FileNode, ...more: string[]): { node: FileNode; socket: string } {
    const ways = node.type === "flow/waitAll" ? more : ["flow", ...more, "flow", "flow"];
    const sequence = this.#node("flow/sequence", { configuration: { numOutputs: ways.length } });
    ways.forEach((socket, i) => this.#connect(sequence, String(i + 1), { node, socket }));
    return { node: sequence, socket: "flow" };
  }

  #value(type: ValueType, given: Given[], depth: number): unknown {
    const link = (nodeId: string, socket = "result") => ({ link: { nodeId, socket } });
    const fitting = given.filter((one) => one.type === type);
    const choice = this.#draw() % 5;
    if (choice === 0 && fitting.length > 0) {
      const one = fitting[this.#draw() % fitting.length] as Given;
      return link(one.nodeId, one.socket);
    }
    if (choice === 1) {
      const id = String(valueTypes.indexOf(type));
      return link(this.#node("variable/get", { configuration: { variableId: id } }).id, "value");
    }
    if (depth === 0 || choice === 2 || this.#left <= 0) return { value: literal(type, this.#draw) };
    const known = functions[type];
    const [name, inputs] = known[this.#draw() % known.length] as (typeof known)[number];
    const node = this.#node(name, {});
    // Its inputs stand behind it, as people draw from right to left, too.
    node.parameters = Object.fromEntries(
      inputs.map(([input, of]) => [input, this.#value(of, given, depth - 1)]),
    );
    return link(node.id);
  }

  /** A value of another type as text. Only logs read it: what the package makes of a number is none yet. */
  #asText(given: Given[]): unknown {
    const type = (["float", "integer", "boolean", "vec3"] as const)[this.#draw() % 4] as ValueType;
    const node = this.#node(`math/toString/${type}`, {});
    node.parameters = { a: this.#value(type, given, 3) };
    return { link: { nodeId: node.id, socket: "result" } };
  }
}

/** Files of about `size` nodes. */
export const randomGraph = (size: number): fc.Arbitrary<FileGraph> =>
  fc.array(fc.nat(65_535), { minLength: 40, maxLength: 400 }).map((numbers) => {
    let at = 0;
    const draw = (): number => {
      at += 1;
      return (numbers[at % numbers.length] as number) + Math.floor(at / numbers.length);
    };
    return new Builder(draw, size).build();
  });
