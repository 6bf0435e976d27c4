/** A connection as a tab has it: collects what the server says, and waits for it with a deadline. */
import type { ServerMessage } from "../../src/protocol/down.ts";
import { serverMessage } from "../../src/protocol/down.ts";
import type { ClientMessage } from "../../src/protocol/up.ts";
import type { userNamed } from "./api.ts";

const patienceMs = 15_000;

export class TestConnection {
  readonly messages: ServerMessage[] = [];
  readonly frames: string[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", (event) => this.#take(String(event.data)));
    socket.addEventListener("close", (event) => {
      this.closed = { code: event.code, reason: event.reason };
      this.#wake();
    });
    socket.accept();
  }

  static async open(
    user: ReturnType<typeof userNamed>,
    spellId: string,
    query = "",
  ): Promise<TestConnection> {
    const response = await user.ask(`/spells/${spellId}/connect${query}`, {
      headers: { upgrade: "websocket" },
    });
    if (response.webSocket === null)
      throw new Error(`No WebSocket: ${response.status} ${await response.text()}`);
    return new TestConnection(response.webSocket);
  }

  /** The server's answer to an upgrade that a test asked for by itself. */
  static of(response: Response): TestConnection {
    if (response.webSocket === null) throw new Error(`No WebSocket: ${response.status}`);
    return new TestConnection(response.webSocket);
  }

  say(...messages: ClientMessage[]): void {
    for (const message of messages) this.socket.send(JSON.stringify(message));
  }

  /** The first message, past or to come, that fits. */
  async until(fits: (message: ServerMessage) => boolean, what: string): Promise<ServerMessage> {
    return await this.wait(() => this.messages.find(fits), what);
  }

  async wait<T>(look: () => T | undefined | null | false, what: string): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        deadline.reject(
          new Error(`Waited in vain for ${what}; got ${JSON.stringify(this.messages).slice(-1500)}`),
        ),
      patienceMs,
    );
    try {
      for (;;) {
        const found = look();
        if (found) return found;
        const news = Promise.withResolvers<void>();
        this.#waiting.add(news.resolve);
        await Promise.race([news.promise, deadline.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Events with `seq`, those of replays in their place. */
  get events(): Extract<ServerMessage, { seq: number }>[] {
    return this.messages.flatMap((message) => {
      if ("seq" in message) return [message];
      return message.type === "replay" ? (message.events ?? []) : [];
    });
  }

  hello(lastSeq?: number): Promise<ServerMessage> {
    const before = this.messages.length;
    this.say({ type: "hello", ...(lastSeq === undefined ? {} : { lastSeq }) });
    return this.wait(() => this.messages.slice(before).find(({ type }) => type === "welcome"), "welcome");
  }

  end(runId: string): Promise<ServerMessage> {
    return this.wait(
      () =>
        this.events.find(
          (event) =>
            /^run\.(completed|failed|cancelled|interrupted)$/.test(event.type) &&
            "runId" in event &&
            event.runId === runId,
        ),
      `the end of ${runId}`,
    );
  }

  close(): void {
    this.socket.close(1000, "done");
  }

  #take(frame: string): void {
    this.frames.push(frame);
    if (frame !== "pong") {
      const value: unknown = JSON.parse(frame);
      // Every message is checked by the schema that clients will use.
      for (const message of Array.isArray(value) ? value : [value])
        this.messages.push(serverMessage.parse(message));
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
