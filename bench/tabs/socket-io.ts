/** A client of socket.io over a WebSocket. */
import { io } from "socket.io-client";
import { isOpen, placeGiven, Tally } from "./tab.ts";

const place = await placeGiven();
const tally = new Tally(place);
const socket = io(place.url, { transports: ["websocket"], auth: { token: `Bearer ${place.token}` } });
socket.on("connected", isOpen);
socket.on("disconnect", (reason) => {
  throw new Error(`The connection was closed: ${reason}`);
});
socket.on("node.completed", ({ runId, nodeId }: { runId: string; nodeId: string }) => {
  tally.frame();
  tally.take(runId, nodeId);
});
