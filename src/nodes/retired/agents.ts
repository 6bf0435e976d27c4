/** The agent server of 2022: agents' profiles, made from Wikipedia where there was none, and what they thought of people. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const family = { category: "Agents", through: "the agent server of 2022, which is gone" };
const profile =
  "Keep what describes the agent in Text Variable or the state, or ask an API for it with Request, instead.";
const opinion = "Have Generate Text judge the conversation and keep the result with State Write instead.";
const agentAndSpeaker: Sockets = { agent: "any", speaker: "string" };
const text: Sockets = { output: "string", ...trigger };

const components: RetiredComponent[] = [
  {
    ...family,
    name: "Add Agent",
    did: "put an agent on the list of those that take part",
    instead: "Use Compose Object, or a list in the state, instead.",
    inputs: { string: "string", agent: "any", ...trigger },
    outputs: text,
  },
  {
    ...family,
    name: "Create Or Get Agent",
    did: "found an agent's profile, or wrote one from Wikipedia,",
    instead: profile,
    inputs: { agentName: "string", speaker: "string", ...trigger },
    outputs: { agent: "any", ...text },
  },
  {
    ...family,
    name: "Get Agent",
    did: "found an agent's profile, or wrote one from Wikipedia,",
    instead: profile,
    inputs: { agentName: "string", speaker: "string", ...trigger },
    outputs: { agent: "any", ...trigger },
  },
  {
    ...family,
    name: "Get Agent Data",
    did: "loaded an agent's profile",
    instead: profile,
    inputs: { agent: "string", ...trigger },
    outputs: text,
  },
  {
    ...family,
    name: "Get Agent Personality",
    did: "loaded the parts of an agent's profile",
    instead: profile,
    inputs: trigger,
    outputs: {
      agent: "any",
      personality: "any",
      ...trigger,
      dialog: "any",
      "morals and Ethics": "any",
      monologue: "any",
      greetings: "any",
    },
  },
  {
    ...family,
    name: "Get Agents Facts",
    did: "loaded what an agent knew of itself",
    instead: profile,
    inputs: { agent: "string", string: "string", ...trigger },
    outputs: text,
  },
  {
    ...family,
    name: "Recall Facts",
    did: "recalled what an agent knew of itself",
    instead: "Store facts with Store Event and recall them with Event Recall instead.",
    inputs: { agent: "string", string: "string", ...trigger },
    outputs: text,
  },
  {
    ...family,
    name: "Generate Context",
    did: "wrote a prompt from conversation, facts and keywords",
    instead: "Use Text Template instead.",
    inputs: {
      conversation: "string",
      keywords: "array",
      speakersFacts: "string",
      agentFacts: "string",
      ...agentAndSpeaker,
      ...trigger,
    },
    outputs: text,
  },
  {
    ...family,
    name: "Form Opinion About Speaker",
    did: "had a model judge the speaker and noted the agent's opinion",
    instead: opinion,
    inputs: { ...agentAndSpeaker, matrix: "string", ...trigger },
    outputs: trigger,
  },
  {
    ...family,
    name: "Opinion About Speaker Get",
    did: "read the agent's opinion of the speaker",
    instead: "Keep opinions in the state and read them with State Read instead.",
    inputs: { ...agentAndSpeaker, ...trigger },
    outputs: text,
  },
  {
    ...family,
    name: "Opinion About Speaker Set",
    did: "noted the agent's opinion of the speaker",
    instead: "Keep opinions in the state with State Write instead.",
    inputs: { ...agentAndSpeaker, matrix: "string", string: "string", ...trigger },
    outputs: { output: "any", ...trigger },
  },
];

export const agentComponents = components.map(retired);
