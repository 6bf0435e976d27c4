/**
 * A WebSocket that comes back: partysocket with our token in its subprotocols, and an end where coming back is of no use.
 * What is said over it is the connection's.
 */
import ReconnectingWebSocket from "partysocket/ws";
import { closeCodes } from "../../src/protocol/close-codes.ts";
import { SpellError } from "../../src/protocol/spell-error.ts";
import { later, type WebSocketClass } from "./platform.ts";
import type { Tokens } from "./tokens.ts";

export interface SocketHost {
  opened(): void;
  /** One frame. */
  received(text: string): void;
  /** The connection is gone; it is made again. */
  lost(): void;
  /** It is not made again. */
  over(error: SpellError): void;
  /** Asks by HTTP why an upgrade was refused, which a WebSocket does not tell. Null where nothing is wrong there. */
  probe(): Promise<SpellError | null>;
}

export interface SocketOptions {
  url: string;
  tokens: Tokens;
  /** Default: the runtime's own. */
  WebSocket?: WebSocketClass | undefined;
  /** ms before the first further attempt, doubled to `maxRetryMs`. Default 250. */
  minRetryMs?: number | undefined;
  /** Default 10 000. */
  maxRetryMs?: number | undefined;
  /** After that many ms of silence a ping is sent, and without an answer in as many the connection counts as lost. Default 30 000. */
  pingMs?: number | undefined;
}

/** The part of partysocket that is used; its own types are those of browsers. */
interface Reconnecting {
  readonly readyState: number;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  reconnect(code?: number, reason?: string): void;
}
type ReconnectingClass = new (
  url: string,
  protocols: () => Promise<string[]>,
  options: object,
) => Reconnecting;

const open = 1;
/** 1008: a policy of whoever stands between. */
const finalCodes = new Set<number>([1008, closeCodes.forbidden, closeCodes.spellDeleted]);

export class Socket {
  readonly #socket: Reconnecting;
  readonly #host: SocketHost;
  readonly #tokens: Tokens;
  readonly #pingMs: number;
  #token = "";
  #isUsedUp = false;
  /** This attempt has come to be open. */
  #wasOpen = false;
  #isOver = false;
  #isProbing = false;
  #stopPing: () => void = () => {};

  constructor(host: SocketHost, options: SocketOptions) {
    const { url, tokens, WebSocket, minRetryMs = 250, maxRetryMs = 10_000, pingMs = 30_000 } = options;
    this.#host = host;
    this.#tokens = tokens;
    this.#pingMs = pingMs;
    this.#socket = new (ReconnectingWebSocket as unknown as ReconnectingClass)(url, () => this.#protocols(), {
      ...(WebSocket === undefined ? {} : { WebSocket }),
      // Not all tabs of a server that was restarted come back in the same moment.
      minReconnectionDelay: minRetryMs * (1 + Math.random() / 2),
      maxReconnectionDelay: maxRetryMs,
      reconnectionDelayGrowFactor: 2,
      connectionTimeout: 10_000,
      shouldReconnectOnClose: (event: { code: number; reason: string }) => this.#mayReturn(event),
    });
    this.#socket.addEventListener("open", () => {
      this.#wasOpen = true;
      this.#listen();
      host.opened();
    });
    this.#socket.addEventListener("message", ({ data }) => {
      this.#listen();
      if (data !== "pong") host.received(String(data));
    });
    this.#socket.addEventListener("close", () => this.#closed());
  }

  /** False where the text could not be given to a connection. */
  send(text: string): boolean {
    if (this.#isOver || this.#socket.readyState !== open) return false;
    this.#socket.send(text);
    return true;
  }

  /** For good. */
  close(): void {
    this.#isOver = true;
    this.#stopPing();
    this.#socket.close(1000, "done");
  }

  async #protocols(): Promise<string[]> {
    this.#wasOpen = false;
    this.#token = this.#isUsedUp ? await this.#tokens.refresh(this.#token) : await this.#tokens.get();
    this.#isUsedUp = false;
    return ["spellrunner.v1", `bearer.${this.#token}`];
  }

  #mayReturn({ code, reason }: { code: number; reason: string }): boolean {
    if (this.#isOver) return false;
    if (code === closeCodes.tokenExpired) this.#isUsedUp = true;
    if (code === closeCodes.tokenExpired && !this.#tokens.canRefresh)
      return this.#end(
        "unauthorized",
        "The token has ended. Give the client `getToken`, and it gets another.",
      );
    if (!finalCodes.has(code)) return true;
    if (code === closeCodes.spellDeleted) return this.#end("not_found", reason || "The spell was deleted.");
    return this.#end("forbidden", reason || "The server wants no further connection.");
  }

  #end(code: "unauthorized" | "not_found" | "forbidden", message: string): false {
    this.#over(new SpellError(code, message));
    return false;
  }

  #over(error: SpellError): void {
    if (this.#isOver) return;
    this.close();
    this.#host.over(error);
  }

  #closed(): void {
    this.#stopPing();
    if (this.#isOver) return;
    if (!this.#wasOpen) void this.#askWhy();
    this.#wasOpen = false;
    this.#host.lost();
  }

  async #askWhy(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const error = await this.#host.probe();
    this.#isProbing = false;
    if (error !== null && ["unauthorized", "forbidden", "not_found", "bad_request"].includes(error.code))
      this.#over(error);
  }

  /** Something was heard: the next silence begins. */
  #listen(): void {
    this.#stopPing();
    if (this.#pingMs <= 0) return;
    this.#stopPing = later(this.#pingMs, () => {
      this.send("ping");
      // A connection that was cut without a word: nobody will say that it is gone.
      this.#stopPing = later(this.#pingMs, () => this.#socket.reconnect(4000, "silent"));
    });
  }
}
