/** Does what connections ask: one handler a message type, errors told and never thrown. */
import { closeCodes, type ErrorMessage } from "../protocol/down.ts";
import { SpellError } from "../protocol/errors.ts";
import type { ClientMessage, EditCommand } from "../protocol/up.ts";
import type { Json } from "../protocol/values.ts";
import type { Connections, Grant } from "./connections.ts";
import { MessageRate } from "./message-rate.ts";
import { parseFrame } from "./messages.ts";
import type { RunOrder } from "./run-desk.ts";

/** What the runner does for a connection. */
export interface ConnectionHost {
  /** Of the newest event. */
  readonly lastSeq: number;
  /** Frames that answer a hello. */
  hello(lastSeq: number | undefined): Promise<Iterable<string>>;
  run(order: RunOrder): Promise<void>;
  /** False when there is no such run in flight. */
  cancel(runId: string): boolean;
  /** @throws SpellError `not_found`, `bad_request` */
  answer(runId: string, nodeId: string, visit: string, value: Json): Promise<void>;
  /** False when no stream of that name is open, nor a Client In of it. @throws SpellError `conflict` when the spell is paused */
  push(source: string, value: Json): Promise<boolean>;
  /** A connection wants to know of other services than before. */
  subscribed(): void;
  /** @throws SpellError `spell_invalid`, `not_found`, `overloaded` */
  play(): Promise<void>;
  pause(): Promise<void>;
  /** Frames that answer an edit. @throws SpellError when nothing was changed */
  edit(command: EditCommand): Promise<Iterable<string>>;
  /** What another token of the same user grants. @throws SpellError `unauthorized`, `forbidden`, `overloaded` */
  renew(token: string): Promise<Grant>;
  /** A failure in the words that this connection may have of it. */
  told(error: SpellError): Pick<ErrorMessage, "code" | "message">;
}

/** Under which tag of the OpenAPI document a message does what it does: a program's key must be for that, too. */
const tags: Partial<Record<ClientMessage["type"], string>> = {
  run: "runs",
  cancel: "runs",
  answer: "runs",
  push: "runs",
  play: "runners",
  pause: "runners",
  edit: "spells",
  subscribe: "services",
};

export class ConnectionDesk {
  readonly #connections: Connections;
  readonly #host: ConnectionHost;
  readonly #rate: MessageRate;
  readonly #turns = new WeakMap<WebSocket, Promise<void>>();
  readonly #waiting = new WeakMap<WebSocket, number>();

  constructor(connections: Connections, host: ConnectionHost, now: () => number) {
    this.#connections = connections;
    this.#host = host;
    this.#rate = new MessageRate(now);
  }

  /** Takes one frame, after those that came before it on this connection. A bad one gets `error`, and the connection stays. */
  receive(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const size = typeof frame === "string" ? frame.length : frame.byteLength;
    const waiting = (this.#waiting.get(socket) ?? 0) + size;
    // Each edit waits for the database, and what is sent meanwhile lies in memory.
    if (waiting > MessageRate.maxWaiting) {
      this.#connections.close(socket, closeCodes.tooMany, "Too much was sent before it could be handled.");
      return Promise.resolve();
    }
    this.#waiting.set(socket, waiting);
    const turn = (this.#turns.get(socket) ?? Promise.resolve())
      .then(() => this.#receive(socket, frame))
      .finally(() => this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) - size));
    this.#turns.set(socket, turn);
    return turn;
  }

  async #receive(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    if (this.#connections.expire(socket)) return;
    try {
      for (const parsed of parseFrame(frame)) {
        const isHello = "message" in parsed && parsed.message.type === "hello";
        if (!this.#mayTalk(socket, isHello ? MessageRate.helloCost : 1)) continue;
        if ("error" in parsed) this.#fail(socket, parsed.error, parsed.requestId);
        else await this.#handle(socket, parsed.message);
      }
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code === "too_large" || this.#mayTalk(socket, 1)) this.#fail(socket, error);
      if (error.code === "too_large") this.#connections.close(socket, closeCodes.tooLarge, error.message);
    }
  }

  #mayTalk(socket: WebSocket, cost: number): boolean {
    const rate = this.#rate.take(socket, cost);
    if (rate === "first")
      this.#fail(
        socket,
        new SpellError(
          "rate_limited",
          `At most ${MessageRate.perSecond} messages a second are taken; those over it are dropped.`,
        ),
      );
    if (rate === "hopeless") this.#connections.close(socket, closeCodes.tooMany, "Too many messages.");
    return rate === "ok";
  }

  async #handle(socket: WebSocket, message: ClientMessage): Promise<void> {
    const requestId = "requestId" in message ? message.requestId : undefined;
    try {
      if (message.type === "hello") return await this.#hello(socket, message.lastSeq);
      if (!this.#connections.isLive(socket))
        throw new SpellError(
          "protocol_error",
          `Say hello before "${message.type}": a connection without it is told nothing.`,
        );
      const tag = tags[message.type];
      if (tag !== undefined) this.#connections.requireScope(socket, tag);
      if (message.type === "run") {
        const { type: _type, ...order } = message;
        await this.#host.run(order);
      } else if (message.type === "cancel") {
        if (!this.#host.cancel(message.runId))
          throw new SpellError("not_found", `No run "${message.runId}" is in flight here.`);
      } else if (message.type === "answer") {
        await this.#host.answer(message.runId, message.nodeId, message.visit, message.value);
      } else if (message.type === "push") {
        if (!(await this.#host.push(message.source, message.value)))
          throw new SpellError(
            "not_found",
            `No stream "${message.source}" of a run in flight takes values, and no Client In is called so.`,
          );
      } else if (message.type === "edit") {
        for (const frame of await this.#host.edit(message)) this.#connections.sendFrame(socket, frame);
      } else if (message.type === "auth") {
        this.#connections.renew(socket, await this.#host.renew(message.token));
      } else if (message.type === "ack") {
        this.#connections.acknowledge(socket, message.seq);
      } else if (message.type === "play") {
        await this.#host.play();
      } else if (message.type === "pause") {
        await this.#host.pause();
      } else {
        this.#connections.subscribe(socket, message.services);
        this.#host.subscribed();
      }
    } catch (thrown) {
      this.#fail(socket, SpellError.from(thrown), requestId);
    }
  }

  async #hello(socket: WebSocket, lastSeq: number | undefined): Promise<void> {
    const frames = await this.#host.hello(lastSeq);
    // No await from here on: an event between the gap and the live ones would be lost.
    for (const frame of frames) this.#connections.sendFrame(socket, frame);
    this.#connections.makeLive(socket, this.#host.lastSeq);
  }

  #fail(socket: WebSocket, error: SpellError, requestId?: string): void {
    this.#connections.fail(socket, {
      ...(requestId === undefined ? {} : { requestId }),
      ...this.#host.told(error),
    });
  }
}
