/** The hibernatable WebSockets of a runner: who is there, who listens, and what goes to all of them. */
import { Buffer } from "node:buffer";
import {
  closeCodes,
  type ErrorMessage,
  type NodeDelta,
  type ServerMessage,
  type ServiceChanged,
} from "../protocol/down.ts";
import type { Scope } from "../protocol/accounts.ts";
import { maxFrameBytes } from "../protocol/values.ts";
import { requireScope } from "../platform/scopes.ts";
import type { EncodedEvent } from "./journal-store.ts";
import { SendWindow } from "./send-window.ts";
import type { Watchdog } from "./watchdog.ts";

/** The program's key by which a connection has come. */
export interface ShownKey {
  id: string;
  scopes: readonly Scope[];
}

/** On what grounds a connection is open. */
export interface Grant {
  /** ms since 1970 at which its token ends. */
  expiresAt: number;
  key?: ShownKey;
}

/** What lives through hibernation with a connection; at most 16 KB. */
export interface Attachment extends Grant {
  /** It has said hello: it gets events. */
  isLive: boolean;
  /** It was told that its token ends. */
  isWarned?: true;
  /** Services of whose changes it is told. */
  services?: string[];
}

/** A token's last time, in which a connection is told to renew it. */
const warningMs = 60_000;
/** No alarm is set for what ends later: a deploy or a crash will have closed the connection. Keys may have no end at all. */
const maxAheadMs = 366 * 86_400_000;

export class Connections {
  readonly #ctx: Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse">;
  /** Attachments read once; the map is rebuilt from the sockets after hibernation. */
  readonly #known = new Map<WebSocket, Attachment>();
  readonly #windows = new WeakMap<WebSocket, SendWindow>();
  readonly #watchdog: Pick<Watchdog, "until">;
  readonly #now: () => number;
  /** When the alarm is wanted for the next token that ends. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #disarm: () => void = () => undefined;

  constructor(
    ctx: Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse">,
    watchdog: Pick<Watchdog, "until">,
    now: () => number,
  ) {
    this.#ctx = ctx;
    this.#watchdog = watchdog;
    this.#now = now;
    for (const socket of ctx.getWebSockets())
      this.#known.set(socket, socket.deserializeAttachment() as Attachment);
    this.#arm();
    // Answered by the runtime: a ping does not wake the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  get size(): number {
    return this.#known.size;
  }

  /** Somebody listens. */
  get isHeard(): boolean {
    for (const { isLive } of this.#known.values()) if (isLive) return true;
    return false;
  }

  accept(socket: WebSocket, grant: Grant): void {
    this.#ctx.acceptWebSocket(socket, ["v1"]);
    this.#attach(socket, { ...grant, isLive: false });
  }

  /** @throws SpellError `forbidden` where it has come by a key that is not for this */
  requireScope(socket: WebSocket, tag: string): void {
    requireScope(this.#known.get(socket)?.key?.scopes, tag);
  }

  /** Forgets a socket that has broken. */
  remove(socket: WebSocket): void {
    this.#known.delete(socket);
  }

  /** Closes our side, too: without it the other waits for it until it gives up. */
  answerClose(socket: WebSocket, code: number, reason: string): void {
    // 1005, 1006 and 1015 stand for what was not said, and may not be sent: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
    const isSayable =
      (code >= 1000 && code <= 1014 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999);
    this.close(socket, isSayable ? code : 1000, isSayable ? reason : "");
  }

  isLive(socket: WebSocket): boolean {
    return this.#known.get(socket)?.isLive ?? false;
  }

  /** @param seq of the newest event that it was sent with the answer to its hello */
  makeLive(socket: WebSocket, seq: number): void {
    this.#windowOf(socket).mark(seq);
    const attachment = this.#known.get(socket);
    if (attachment !== undefined && !attachment.isLive) this.#attach(socket, { ...attachment, isLive: true });
    this.#warn(socket);
  }

  /** Another token of the same user takes the place of the one that the connection came with. */
  renew(socket: WebSocket, grant: Grant): void {
    const attachment = this.#known.get(socket);
    if (attachment === undefined) return;
    const { isWarned: _isWarned, key: _key, ...kept } = attachment;
    this.#attach(socket, { ...kept, ...grant });
    this.send(socket, { type: "token.renewed", at: grant.expiresAt });
  }

  /** Closes what came by a key that is no more. */
  endKey(keyId: string): void {
    for (const [socket, { key }] of this.#known)
      if (key?.id === keyId) this.close(socket, closeCodes.tokenExpired, "The key was removed.");
  }

  /** Closes a connection whose token has ended. True when it did. */
  expire(socket: WebSocket): boolean {
    const attachment = this.#known.get(socket);
    if (attachment === undefined || attachment.expiresAt > this.#now()) return false;
    this.close(socket, closeCodes.tokenExpired, "The token has expired. Connect again with a new one.");
    return true;
  }

  close(socket: WebSocket, code: number, reason: string): void {
    this.#known.delete(socket);
    try {
      socket.close(code, reason);
    } catch {
      // It closed by itself in between.
    }
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.#known.keys()) this.close(socket, code, reason);
  }

  send(socket: WebSocket, message: ServerMessage): void {
    this.sendFrame(socket, JSON.stringify(message));
    this.#warn(socket);
  }

  fail(socket: WebSocket, error: Omit<ErrorMessage, "type">): void {
    this.send(socket, { type: "error", ...error });
  }

  /** The client has taken every event up to that one. */
  acknowledge(socket: WebSocket, seq: number): void {
    this.#windowOf(socket).acknowledge(seq);
  }

  /** It is told of changes in these services from now on, and of no others. */
  subscribe(socket: WebSocket, services: readonly string[]): void {
    const attachment = this.#known.get(socket);
    if (attachment !== undefined) this.#attach(socket, { ...attachment, services: [...new Set(services)] });
  }

  /** Services of whose changes somebody wants to know. */
  get subscribed(): string[] {
    return [...new Set([...this.#known.values()].flatMap(({ services = [] }) => services))].toSorted();
  }

  /** A change, to those who subscribed to its service. */
  tellChange(change: ServiceChanged): void {
    for (const [socket, { isLive, services = [] }] of this.#known)
      if (isLive && services.includes(change.service) && !this.expire(socket)) this.send(socket, change);
  }

  /** Events to everybody who listens, encoded once. */
  broadcast(events: readonly EncodedEvent[]): void {
    const lastSeq = events.at(-1)?.seq;
    if (this.#known.size === 0 || lastSeq === undefined) return;
    let frames: string[] | undefined;
    for (const [socket, attachment] of this.#known) {
      if (!attachment.isLive || this.expire(socket)) continue;
      frames ??= framesOf(events.map(({ json }) => json));
      for (const frame of frames) this.sendFrame(socket, frame);
      this.#windowOf(socket).mark(lastSeq);
      this.#warn(socket);
    }
  }

  broadcastDelta(delta: NodeDelta): void {
    let text: string | undefined;
    for (const [socket, attachment] of this.#known) {
      if (!attachment.isLive || this.expire(socket)) continue;
      text ??= JSON.stringify(delta);
      this.sendFrame(socket, text);
      this.#warn(socket);
    }
  }

  sendFrame(socket: WebSocket, text: string): void {
    if (!this.#windowOf(socket).take(text.length, this.#now()))
      return this.close(socket, closeCodes.tooSlow, "Too much was sent that was not taken. Connect again.");
    try {
      socket.send(text);
    } catch {
      // A socket that has gone: its close event follows.
      this.#known.delete(socket);
    }
  }

  /**
   * Has the alarm come for the next token that is to be warned of, or has ended. One alarm a token while clients renew: the one
   * for its end is wanted only when it was warned of and not renewed. No timer, so the object sleeps in between.
   */
  #arm(): void {
    const at = Math.min(...[...this.#known.values()].map(dueAt));
    if (at === this.#wakeAt) return;
    this.#disarm();
    this.#wakeAt = at;
    this.#disarm =
      at - this.#now() > maxAheadMs ? () => undefined : this.#watchdog.until(at, () => this.#ringUp());
  }

  /** The alarm has come. */
  #ringUp(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    for (const socket of this.#known.keys()) if (!this.expire(socket)) this.#warn(socket);
    this.#arm();
  }

  /** Says once that the token ends within the minute: by the alarm, or behind something that is sent anyway. */
  #warn(socket: WebSocket): void {
    const attachment = this.#known.get(socket);
    if (attachment === undefined || !attachment.isLive || attachment.isWarned) return;
    if (attachment.expiresAt - this.#now() > warningMs) return;
    this.#attach(socket, { ...attachment, isWarned: true });
    this.send(socket, { type: "token.expiring", at: attachment.expiresAt });
  }

  /** In memory alone: a connection whose object slept has taken what there was. */
  #windowOf(socket: WebSocket): SendWindow {
    let window = this.#windows.get(socket);
    if (window === undefined) this.#windows.set(socket, (window = new SendWindow(this.#now())));
    return window;
  }

  #attach(socket: WebSocket, attachment: Attachment): void {
    socket.serializeAttachment(attachment);
    this.#known.set(socket, attachment);
    this.#arm();
  }
}

/** When there is something to do about a connection's token. */
const dueAt = ({ expiresAt, isLive, isWarned }: Attachment): number =>
  isLive && isWarned !== true ? expiresAt - warningMs : expiresAt;

/** Texts of JSON messages in frames below 1 MB: one message alone, several as an array. */
export function framesOf(messages: readonly string[]): string[] {
  const frames: string[] = [];
  for (const batch of batchesOf(messages, maxFrameBytes - 1024))
    frames.push(batch.length === 1 ? (batch[0] as string) : `[${batch.join(",")}]`);
  return frames;
}

/** Splits into runs of texts that together stay below `maxBytes`. Each text does alone, as the journal guards. */
export function* batchesOf(texts: Iterable<string>, maxBytes: number): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    // An upper bound first: three bytes a UTF-16 unit. Counted exactly only where that is too much, and then from there on.
    const size = text.length * 3 + 1;
    if (bytes + size > maxBytes && batch.length > 0) bytes = exactBytes(batch);
    if (bytes + size > maxBytes && batch.length > 0 && bytes + exactBytes([text]) > maxBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Of UTF-8, with what stands between them. */
const exactBytes = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
