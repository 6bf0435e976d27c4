/**
 * express and socket.io, the spell run in process, each node's result pushed to the user's open tabs, the outputs in the answer: what
 * the first servers of such graphs were, tuned as far as it changes nothing of that. README has what they had and this has not.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Request, type Response } from "express";
import { Server, type Socket } from "socket.io";
import { listens, spellsGiven } from "./serve.ts";
import { type DrawnSpell, load, run } from "./task-engine.ts";
import { userOf } from "./verify.ts";

const graphs = new Map(
  Object.entries(await spellsGiven()).map(([id, spell]) => [id, load(spell as DrawnSpell)]),
);
/** What cors and helmet set, which stood in front. */
const headers = {
  "access-control-allow-origin": "*",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "SAMEORIGIN",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

const app = express();
// Nobody asks twice for the answer of a POST: its hash is work for nothing.
app.disable("etag").disable("x-powered-by");
const server = createServer(app);
const io = new Server(server);
/** Sockets and no room: a room encodes what is told to it though nobody is in it. */
const tabs = new Map<string, Set<Socket>>();
io.on("connection", (socket) => {
  userOf(socket.handshake.auth.token as string | undefined).then(
    (user) => (user === undefined ? socket.disconnect() : open(user, socket)),
    () => socket.disconnect(),
  );
});

function open(user: string, socket: Socket): void {
  const ofUser = tabs.get(user) ?? new Set();
  tabs.set(user, ofUser.add(socket));
  socket.on("disconnect", () => {
    ofUser.delete(socket);
    if (ofUser.size === 0) tabs.delete(user);
  });
  socket.emit("connected");
}

async function answer(request: Request<{ id: string }>, response: Response): Promise<void> {
  const user = await userOf(request.headers.authorization);
  const graph = graphs.get(request.params.id);
  if (user === undefined || graph === undefined) {
    response.status(user === undefined ? 401 : 404).end();
    return;
  }
  const { inputs } = request.body as { inputs: Record<string, unknown> };
  const runId = randomUUID();
  const outputs = await run(graph, inputs, (nodeId, given) => {
    for (const tab of tabs.get(user) ?? []) tab.emit("node.completed", { runId, nodeId, outputs: given });
  });
  response.json({ runId, status: "completed", outputs });
}

app.use((_request, reply, next) => {
  reply.set(headers);
  next();
});
app.use(express.json());
app.post("/spells/:id/run", (request, response) => answer(request, response));

server.listen(0, "127.0.0.1", () => listens((server.address() as AddressInfo).port));
