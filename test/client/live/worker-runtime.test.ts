/** The client within a Worker: no DOM, and the runtime's own fetch and WebSocket. */
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { expect, it, onTestFinished } from "vitest";
import { inProject } from "../../../scripts/project.ts";
import { startLiveServer } from "../../helpers/live-server.ts";
import { reteSum } from "../../helpers/rete-sum.ts";

const worker = `
  import { SpellrunnerClient } from "./client/lib/index.ts";
  export default {
    async fetch(request) {
      const client = new SpellrunnerClient(await request.json());
      const types = [];
      const run = client.run("sum");
      for await (const event of run) types.push(event.type);
      const connection = client.connect("sum", { replay: true });
      const replayed = new Promise((resolve) => connection.once("replayed", ({ end }) => resolve(end.type)));
      await connection.live();
      const { outputs } = await connection.run();
      const again = await replayed;
      connection.close();
      return Response.json({ types, first: (await run).outputs, outputs, again });
    },
  };`;

it("runs spells from a Worker, by HTTP and by a connection, and runs them again there", async () => {
  const server = await startLiveServer();
  onTestFinished(() => server.close());
  await (await server.client("workers")).spells.put("sum", reteSum);
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: inProject(".") },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "import"],
  });
  const script = outputFiles[0]?.text ?? "";
  const one = { name: "client", modules: true, script, compatibilityDate: "2026-10-15" };
  const miniflare = new Miniflare(convertV4MiniflareOptions({ cf: false, workers: [one] }));
  onTestFinished(() => miniflare.dispose());
  const url = await miniflare.ready;
  const body = JSON.stringify({ url: server.url, token: await server.tokenOf("workers") });
  const answer = await fetch(url, { method: "POST", body });
  expect(await answer.text().then((text) => JSON.parse(text) as unknown)).toEqual({
    types: expect.arrayContaining(["run.started", "node.completed", "run.completed"]),
    first: { sum: 42 },
    outputs: { sum: 42 },
    again: "run.completed",
  });
});
