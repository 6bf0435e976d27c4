/** The other side of idle: the same Worker and routes, with an object that accepts a hibernating WebSocket, answers, and keeps nothing. */
import { DurableObject } from "cloudflare:workers";

// All that the bindings of wrangler.toml name; the object below stands in the place of ours.
export * from "../../src/worker.ts";
export { default } from "../../src/worker.ts";

export class SpellRunner extends DurableObject {
  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { "sec-websocket-protocol": "spellrunner.v1" },
    });
  }

  override webSocketMessage(socket: WebSocket): void {
    socket.send("{}");
  }

  async spellChanged(): Promise<void> {}
}
