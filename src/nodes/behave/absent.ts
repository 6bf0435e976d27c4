/**
 * Nodes of what is not here: a scene in three dimensions, a connector's own client, an agent's secrets, loaders for films
 * and files. They load with their sockets, and a run that reaches one fails and says what to do instead.
 */
import { SpellError } from "../../protocol/errors.ts";
import type { CatalogueEntry } from "../define.ts";
import { behaveComponent, type SocketSpecs } from "./behave-component.ts";

interface Absent {
  name: string;
  category: string;
  /** A sentence without its end. */
  why: string;
  instead: string;
  in?: SocketSpecs;
  out?: SocketSpecs;
}

const absent = ({ name, category, why, instead, ...sockets }: Absent): CatalogueEntry =>
  behaveComponent({
    name,
    category,
    status: "retired",
    help: `${why}. ${instead}`,
    ...sockets,
    run({ context }) {
      throw new SpellError(
        "not_configured",
        `${context.label}: ${why.slice(0, 1).toLowerCase()}${why.slice(1)}. ${instead}`,
      );
    },
  });

const valueTypes = [
  "boolean",
  "string",
  "integer",
  "float",
  "vec2",
  "vec3",
  "vec4",
  "color",
  "euler",
  "quat",
  "mat3",
  "mat4",
];

const scene = {
  category: "Behave/Scene",
  why: "There is no scene here: this node reads or changes a 3D world",
  instead: "Keep the value in a variable instead.",
};

const sending = (client: string) => ({
  category: "Behave/Messages",
  why: `This node sends through ${client}, and a spell has no connection of its own to it`,
  instead: `Use magick/sendMessage: an agent with a ${client} connector sends what the spell answers.`,
});

const loader = {
  category: "Behave/Knowledge",
  why: "This node had a service load a film or a file into a knowledge pack, and that service is gone",
  instead: "Get the text by other means and use knowledge/embedder/addTextSource.",
};

const sources: [kind: string, input: string][] = [
  ["Youtube", "videoIdOrUrl"],
  ["Youtube_channel", "youtubeChannelId"],
  ["Youtube_search", "youtubeSearchString"],
  ["Sitemap", "url"],
  ["Pdf", "filePathOrUrl"],
  ["Docx", "filePathOrUrl"],
  ["Excel", "filePathOrUrl"],
  ["Ppt", "filePathOrUrl"],
];

const flow = { flow: "flow" };

export const absentComponents: CatalogueEntry[] = [
  ...valueTypes.map((type) =>
    absent({ ...scene, name: `scene/get/${type}`, in: { jsonPath: "string" }, out: { value: type } }),
  ),
  ...valueTypes.map((type) =>
    absent({
      ...scene,
      name: `scene/set/${type}`,
      in: { ...flow, jsonPath: "string", value: type },
      out: flow,
    }),
  ),
  absent({ ...scene, name: "scene/nodeClick", out: { ...flow, nodeIndex: "float" } }),
  absent({ ...sending("Slack"), name: "slack/sendMessage", in: { ...flow, content: "string" }, out: flow }),
  absent({
    ...sending("Slack"),
    name: "slack/sendImage",
    in: { ...flow, images: "string[]", comment: "string" },
    out: flow,
  }),
  absent({ ...sending("Slack"), name: "slack/sendAudio", in: { ...flow, audioFile: "any" }, out: flow }),
  absent({
    ...sending("Discord"),
    name: "discord/sendMessage",
    in: { ...flow, content: "string", channel: "string" },
    out: flow,
  }),
  absent({
    ...sending("Discord"),
    name: "discord/streamMessage",
    in: { ...flow, content: "string" },
    out: flow,
  }),
  absent({
    category: "Behave/Agent",
    name: "agent/getSecret",
    why: "Secrets are given to no spell: it would write them into its record",
    instead:
      "Let the service that needs a secret hold it; an agent's binding names secrets and never shows them.",
    in: { ...flow, name: "string" },
    out: { ...flow, value: "string" },
  }),
  absent({
    category: "Behave/Agent",
    name: "agent/getState",
    why: "This node read what a plugin of the agent server remembered, and that server is gone",
    instead: "Keep what the spell is to remember in a variable.",
    in: { ...flow, plugin: { type: "string", default: "core" } },
    out: { ...flow, state: "object" },
  }),
  ...sources.map(([kind, input]) =>
    absent({
      ...loader,
      name: `knowledge/embedder/add${kind}Source`,
      in: { ...flow, name: "string", description: "string", packId: "string", [input]: "string" },
      out: { ...flow, loaderId: "string", status: "string" },
    }),
  ),
];
