/**
 * Providers for examples that need one, on this machine: completions, embeddings and sounds as OpenAI's servers give them, models
 * as Hugging Face does. What they say is made up; the protocols are the real ones. `spell run --with examples/providers.ts` starts it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Asked {
  messages?: { content: string }[];
  prompt?: string;
  input?: string | string[];
}

const answers: Record<string, (body: Asked) => unknown> = {
  "/v1/chat/completions": ({ messages }) => ({
    id: "chat-1",
    object: "chat.completion",
    created: 0,
    model: "example",
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        message: { role: "assistant", content: reply(messages?.at(-1)?.content) },
      },
    ],
    usage: { prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 },
  }),
  "/v1/completions": ({ prompt }) => ({
    id: "completion-1",
    object: "text_completion",
    created: 0,
    model: "example",
    choices: [{ index: 0, finish_reason: "stop", text: reply(prompt) }],
    usage: { prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 },
  }),
  "/v1/embeddings": ({ input = [] }) => ({
    object: "list",
    model: "example",
    data: [input].flat().map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) })),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  }),
  "/hf/example/classifier": () => [[{ label: "animal", score: 0.98 }]],
};

const reply = (text = ""): string => `You said: ${text}`;

/** How often each letter comes: texts of the same words are near each other. */
const vectorOf = (text: string): number[] =>
  Array.from(
    { length: 26 },
    (_, letter) => text.toLowerCase().split(String.fromCharCode(97 + letter)).length - 1 + 0.01,
  );

/** Starts the server on a free port. Gives the settings that lead there. */
export async function start(): Promise<{ settings: Record<string, string>; close: () => void }> {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      const path = request.url ?? "";
      if (path === "/v1/audio/speech") {
        response.writeHead(200, { "content-type": "audio/mpeg" }).end("sound");
        return;
      }
      const said = answers[path]?.(JSON.parse(text) as Asked);
      response.writeHead(said === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(said ?? { error: { message: `nothing at ${path}` } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: {
      OPENAI_BASE_URL: `${url}/v1`,
      HUGGINGFACE_BASE_URL: `${url}/hf`,
      HUGGINGFACE_API_KEY: "none is needed here",
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
