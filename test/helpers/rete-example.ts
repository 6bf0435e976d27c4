/** Rete's example graph, as https://github.com/retejs/rete/tree/v1 has it in its README and tests. */
export const reteExample = {
  id: "demo@0.1.0",
  nodes: {
    1: {
      id: 1,
      data: { num: 1 },
      inputs: {},
      outputs: { num: { connections: [{ node: 3, input: "num1", data: {} }] } },
      position: [80, 200],
      name: "Number",
    },
    2: {
      id: 2,
      data: { num: 1 },
      inputs: {},
      outputs: { num: { connections: [{ node: 3, input: "num2", data: {} }] } },
      position: [80, 400],
      name: "Number",
    },
    3: {
      id: 3,
      data: {},
      inputs: {
        num1: { connections: [{ node: 1, output: "num", data: {} }] },
        num2: { connections: [{ node: 2, output: "num", data: {} }] },
      },
      outputs: { num: { connections: [] } },
      position: [500, 240],
      name: "Add",
    },
  },
};
