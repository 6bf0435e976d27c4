/**
 * The other side of the bench `events`: the same Worker, host, routes and token, with an object that writes each event as one row
 * and sends it as one frame to every connection, without a protocol. Its `hello` is answered with all rows.
 */
import { DurableObject } from "cloudflare:workers";
import type { RunAnswer, StreamAnswer } from "../../src/actor/rpc.ts";

// All that the bindings of wrangler.toml name; the object below stands in the place of ours.
export * from "../../src/worker.ts";
export { default } from "../../src/worker.ts";

const runId = "019fffff-ffff-7fff-bfff-ffffffffffff";

export class SpellRunner extends DurableObject {
  readonly #sql = this.ctx.storage.sql;
  #seq = 0;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as Cloudflare.Env);
    this.#sql.exec("CREATE TABLE IF NOT EXISTS bare (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  }

  async run({ inputs }: { inputs: { events: number; length: number } }): Promise<RunAnswer> {
    const text = "x".repeat(inputs.length);
    // It sleeps after ten quiet seconds, with what it had in memory.
    if (this.#seq === 0)
      this.#seq =
        this.#sql.exec<{ last: number | null }>("SELECT max(seq) AS last FROM bare").one().last ?? 0;
    for (let i = 0; i < inputs.events; i++) {
      this.#seq += 1;
      const body = JSON.stringify({ seq: this.#seq, type: "node.completed", text });
      this.#sql.exec("INSERT INTO bare (seq, body) VALUES (?, ?)", this.#seq, body);
      for (const socket of this.ctx.getWebSockets()) socket.send(body);
    }
    return { ok: true, runId, json: "{}" };
  }

  async runStream(): Promise<StreamAnswer> {
    this.#sql.exec("INSERT OR REPLACE INTO bare (seq, body) VALUES (0, 'x')");
    return { ok: true, runId, body: new Blob(["event: x\n\n"]).stream() };
  }

  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket): void {
    for (const { body } of this.#sql.exec<{ body: string }>("SELECT body FROM bare ORDER BY seq"))
      socket.send(body);
  }

  async spellChanged(): Promise<void> {}
}
