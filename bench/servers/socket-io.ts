/** express and socket.io, the spell run in process, each node's result pushed to the user's room, the outputs in the answer. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Request, type Response } from "express";
import { Server } from "socket.io";
import { listens, spellsGiven } from "./serve.ts";
import { type DrawnSpell, load, run } from "./task-engine.ts";
import { userOf } from "./verify.ts";

const graphs = new Map(
  Object.entries(await spellsGiven()).map(([id, spell]) => [id, load(spell as DrawnSpell)]),
);
const app = express();
const server = createServer(app);
const io = new Server(server);
io.on("connection", (socket) => {
  userOf(socket.handshake.auth.token as string | undefined).then(
    (user) => (user === undefined ? socket.disconnect() : socket.join(user)),
    () => socket.disconnect(),
  );
});

async function answer(request: Request<{ id: string }>, response: Response): Promise<void> {
  const user = await userOf(request.headers.authorization);
  const graph = graphs.get(request.params.id);
  if (user === undefined || graph === undefined) {
    response.status(user === undefined ? 401 : 404).end();
    return;
  }
  const { inputs } = request.body as { inputs: Record<string, unknown> };
  const runId = randomUUID();
  const room = io.to(user);
  const outputs = await run(graph, inputs, (nodeId, given) =>
    room.emit("node.completed", { runId, nodeId, outputs: given }),
  );
  response.json({ runId, status: "completed", outputs });
}

app.use(express.json());
app.post("/spells/:id/run", (request, response) => answer(request, response));

server.listen(0, "127.0.0.1", () => listens((server.address() as AddressInfo).port));
