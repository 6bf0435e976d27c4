/** Experiments that lived for days or weeks: agents that choose agents, notebooks, labels by zero-shot models. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const langchain = {
  through: "LangChain on Magick's server, which is gone",
  inputs: { ...trigger, prompt: "string" } as const satisfies Sockets,
  outputs: { ...trigger, output: "any" } as const satisfies Sockets,
  dynamicInputs: true,
};
const labels = {
  category: "AI/ML",
  through: "a request of the server of 2022, which is gone",
  instead: "Use Classifier with these labels, and Switch on its output, instead.",
  inputs: { string: "string", ...trigger } as const satisfies Sockets,
};

const components: RetiredComponent[] = [
  {
    ...langchain,
    name: "Agent Executor",
    category: "Experimental",
    did: "chose an agent for the prompt and had it answer",
    instead: "Use Classifier to choose and Spell By Name to run the choice instead.",
  },
  {
    ...langchain,
    name: "Agent Recommender",
    category: "Experimental",
    did: "chose an agent for the prompt",
    instead: "Use Classifier instead.",
  },
  {
    name: "Baby AGI",
    category: "Experimental",
    did: "ran the spells TaskCreation, TaskExecution and TaskReprioritization in turn",
    through: "a loop of Magick's server, which is gone",
    instead: "Use Spell nodes in a cycle of triggers, or in While Loop, instead.",
    inputs: { ...trigger, prompt: "string" },
    outputs: { ...trigger, output: "string" },
  },
  {
    name: "XState Transition",
    category: "Flow",
    did: "made one step of a state machine",
    through: "the XState plugin, which is gone",
    instead: "Use Switch with State Read and State Write, or Code, instead.",
    inputs: { ...trigger, context: "object", stateMachine: "object", event: "string" },
    outputs: { ...trigger, value: "string", context: "object", state: "object" },
  },
  {
    name: "Jupyter Notebook",
    aliases: ["JupyterComms"],
    category: "Invoke/Network",
    did: "ran a notebook",
    through: "a Jupyter server beside Magick's, which is gone",
    instead: "Use Javascript, or Request with a server that runs the notebook, instead.",
    inputs: trigger,
    outputs: { ...trigger, output: "string" },
    dynamicInputs: true,
  },
  {
    name: "Curator",
    category: "AI/ML",
    did: "asked a human which of several texts are good",
    through: "an editor of 2021 that is gone",
    instead: "Use Ask instead.",
    inputs: { array: "array", ...trigger },
    outputs: { verdict: "boolean", ...trigger, mask: "array" },
  },
  {
    ...labels,
    name: "Chat Classification",
    did: "fired hostile, threatening, helpful, kind or neutral for a line of chat",
    outputs: {
      hostile: "trigger",
      threatening: "trigger",
      helpful: "trigger",
      kind: "trigger",
      neutral: "trigger",
    },
  },
  {
    ...labels,
    name: "Input Classification",
    did: "fired the kind of greeting or question that a text is",
    outputs: {
      casualGreeting: "trigger",
      formalGreeting: "trigger",
      casualQuestion: "trigger",
      formalQuestion: "trigger",
      biographicalQuestion: "trigger",
      misc: "trigger",
    },
  },
];

export const experimentComponents = components.map(retired);
