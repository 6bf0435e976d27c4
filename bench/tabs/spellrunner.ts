/** A connection to a runner that has said hello, and acknowledges what it takes as our own client does. */
import { isOpen, placeGiven, Tally } from "./tab.ts";

/** UTF-16 units between two acknowledgements. */
const unitsPerAck = 1024 * 1024;

interface Message {
  type: string;
  seq?: number;
  runId?: string;
  nodeId?: string;
}

const place = await placeGiven();
const tally = new Tally(place);
const { url, token, spellId } = place;
const socket = new WebSocket(`${url.replace("http", "ws")}/spells/${spellId}/connect`, [
  "spellrunner.v1",
  `bearer.${token}`,
]);
let unacknowledged = 0;
socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "hello" })));
socket.addEventListener("close", ({ code, reason }) => {
  throw new Error(`The connection was closed: ${code} ${reason}`);
});
socket.addEventListener("message", ({ data }) => {
  const text = String(data);
  const parsed = JSON.parse(text) as Message | Message[];
  tally.frame();
  let lastSeq: number | undefined;
  for (const { type, seq, runId = "", nodeId = "" } of Array.isArray(parsed) ? parsed : [parsed]) {
    if (type === "welcome") isOpen();
    if (type === "node.completed") tally.take(runId, nodeId);
    lastSeq = seq ?? lastSeq;
  }
  unacknowledged += text.length;
  if (unacknowledged < unitsPerAck || lastSeq === undefined) return;
  unacknowledged = 0;
  socket.send(JSON.stringify({ type: "ack", seq: lastSeq }));
});
