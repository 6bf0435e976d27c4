/** What is there for somebody who comes for the first time: a spell that runs without any provider. */
import type { SpellDocument } from "../../lib/index.ts";

export const firstExample: Omit<SpellDocument, "id"> = {
  format: "spellrunner@1",
  name: "First spell",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 40], data: { name: "start" } },
    name: { component: "Universal Input", position: [0, 220], data: { name: "name", text: "world" } },
    greet: {
      component: "Code",
      position: [290, 40],
      data: {
        code: "// Inputs come in by name; what is returned goes to the outputs of the same names.\nfunction worker({ name }) {\n  console.log('greeting', name);\n  return { greeting: `Hello, ${name}!`, letters: [...name].length };\n}",
      },
      inputs: [{ name: "name", type: "string" }],
      outputs: [
        { name: "greeting", type: "string" },
        { name: "letters", type: "number" },
      ],
    },
    greeting: { component: "Output", position: [620, 40], data: { name: "greeting" } },
    letters: { component: "Output", position: [900, 40], data: { name: "letters" } },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["greet", "trigger"] },
    e2: { from: ["name", "output"], to: ["greet", "name"] },
    e3: { from: ["greet", "trigger"], to: ["greeting", "trigger"] },
    e4: { from: ["greet", "greeting"], to: ["greeting", "input"] },
    e5: { from: ["greeting", "trigger"], to: ["letters", "trigger"] },
    e6: { from: ["greet", "letters"], to: ["letters", "input"] },
  },
  comments: [
    {
      type: "inline",
      text: "Ctrl+Enter runs this spell. Select a node to see what it does; press ? for the keys.",
      position: [290, -90],
      width: 320,
      height: 66,
      links: [],
    },
  ],
};
