/** Pictures, sound and files: the nodes without a provider that Magick had for a day, and its file storage. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const stub = { through: "a plugin for models on rented machines, which is gone" };
const storage = {
  category: "Storage/Files",
  through: "a file storage that is gone",
  instead: "Use Request to send the file to a storage of your own instead.",
  outputs: { ...trigger, urls: "array", url: "string" } as const satisfies Sockets,
};
/** Its provider gave these; the node itself had its triggers alone. */
const asked: Sockets = { ...trigger, input: "any" };
const answered: Sockets = { ...trigger, result: "any", error: "string" };

const components: RetiredComponent[] = [
  {
    ...stub,
    name: "TextToImage",
    aliases: ["Text2Image"],
    category: "AI/Image",
    did: "drew a picture of a text",
    instead: "Use Generate Image instead.",
    inputs: asked,
    outputs: answered,
  },
  {
    ...stub,
    name: "TextToAudio",
    category: "AI/Audio",
    did: "spoke a text",
    instead: "Use Text to Speech instead.",
    inputs: asked,
    outputs: answered,
  },
  {
    ...stub,
    name: "SpeechToText",
    aliases: ["Speech2Text"],
    category: "AI/Audio",
    did: "wrote down what was spoken",
    instead: "Use Speech To Text instead.",
    inputs: asked,
    outputs: answered,
  },
  {
    ...storage,
    name: "Base64 To Image",
    did: "kept a picture given as base64 and told its address",
    inputs: { ...trigger, file: "any", files: "any" },
  },
  {
    ...storage,
    name: "Upload Base64 Files",
    did: "kept files given as base64 and told their addresses",
    inputs: { ...trigger, files: "any" },
  },
];

export const mediaComponents = components.map(retired);
