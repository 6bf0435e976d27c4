/** What a component sees of its visit. Reads lazily: a visit pays for what its component asks. */
import { SpellError } from "../protocol/spell-error.ts";
import type { PlanNode } from "../protocol/plan.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { NodeContext } from "./component.ts";
import { collect } from "./collect.ts";
import type { PreparedNode } from "./prepared.ts";
import { readEdge } from "./read.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Visit } from "./visit.ts";

/** The part of an execution that its nodes may use. */
export interface Host {
  readonly sandbox: Sandbox;
  readonly isCancelled: boolean;
  readonly now: number;
  ask<T>(visit: Visit, request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  /** Undefined where the host takes no webhooks. */
  callback(name: string): string | undefined;
  delta(visit: Visit, text: string): void;
}

export class VisitContext implements NodeContext {
  readonly #host: Host;
  #visit: Visit;
  #attempt: number;

  constructor(host: Host, visit: Visit) {
    this.#host = host;
    this.#visit = visit;
    this.#attempt = visit.attempt;
  }

  /** Goes on to another visit: nothing may hold it for the one before any more. */
  moveTo(visit: Visit): void {
    this.#visit = visit;
    this.#attempt = visit.attempt;
  }

  get node(): PlanNode {
    return this.#visit.node.plan;
  }
  get data(): JsonObject {
    return this.#visit.node.plan.data;
  }
  once<T>(make: (data: JsonObject) => T): T {
    const { node } = this.#visit;
    return (node.made ??= make(node.plan.data)) as T;
  }
  get nodeId(): string {
    return this.#visit.nodeId;
  }
  get visit(): string {
    return this.#visit.visit;
  }
  get label(): string {
    return this.#visit.label;
  }
  get trigger(): string | undefined {
    return this.#visit.trigger;
  }
  get connected(): readonly string[] {
    return this.#visit.node.connected;
  }
  get state(): JsonObject {
    return this.#visit.frame.state;
  }
  get previous(): JsonObject | undefined {
    return this.#visit.frame.remembered(this.#visit.node.index);
  }
  get now(): number {
    return this.#host.now;
  }
  get sandbox(): Sandbox {
    return this.#host.sandbox;
  }
  get isCancelled(): boolean {
    const { frame, attempt } = this.#visit;
    return this.#host.isCancelled || attempt !== this.#attempt || frame.isOver;
  }

  values(socket: string): (Json | undefined)[] {
    const { node, edges } = this.#visit;
    const found: (Json | undefined)[] = [];
    const input = inputCalled(node, socket);
    let hasAny = false;
    if (input !== -1 && edges === null) {
      const end = node.inputEdges[input + 1] as number;
      for (let edge = node.inputEdges[input] as number; edge < end; edge++) {
        const value = readEdge(this.#visit, edge, edge);
        if (value !== undefined) hasAny = true;
        found.push(value);
      }
    } else if (edges !== null)
      edges.forEach((edge, i) => {
        if (node.sourceInputs[edge] !== input) return;
        const value = readEdge(this.#visit, i, edge);
        if (value !== undefined) hasAny = true;
        found.push(value);
      });
    return hasAny || !node.hasDefaults ? found : this.#defaults(socket, found);
  }

  collected(socket: string): Json[] {
    return collect(this.#visit, socket);
  }

  value(socket: string): Json | undefined {
    const { node, frame, edges } = this.#visit;
    if (frame.given !== null && node.soleSource !== -1 && node.soleInput === socket && !node.hasDefaults)
      return frame.given[node.soleSource]?.[node.soleSocket];
    const input = inputCalled(node, socket);
    let value: Json | undefined;
    if (input !== -1) {
      const first = node.inputEdges[input] as number;
      const i = edges === null ? first : edges.findIndex((edge) => node.sourceInputs[edge] === input);
      if (i !== -1 && first < (node.inputEdges[input + 1] as number))
        value = readEdge(this.#visit, i, edges === null ? first : (edges[i] as number));
    }
    return value === undefined && node.hasDefaults ? this.#default(socket) : value;
  }

  #default(socket: string): Json | undefined {
    return this.#visit.node.plan.defaults?.find(([name]) => name === socket)?.[1];
  }

  #defaults(socket: string, found: (Json | undefined)[]): (Json | undefined)[] {
    const value = this.#default(socket);
    return value === undefined ? found : [value];
  }

  runInput(name: string): Json | undefined {
    const { inputs } = this.#visit.frame;
    return Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  }

  get runInputs(): JsonObject {
    return this.#visit.frame.inputs;
  }

  ask<T>(request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T> {
    if (this.isCancelled)
      return Promise.reject(
        new SpellError("cancelled", `${this.label} asks a service, but nobody waits for it.`),
      );
    return this.#host.ask(this.#visit, request);
  }

  sleep(ms: number): Promise<void> {
    return this.#host.sleep(ms);
  }

  callback(name: string): string {
    const address = this.#host.callback(name);
    if (address !== undefined) return address;
    throw new SpellError(
      "not_configured",
      `${this.label} needs the address of a webhook, and here is no server that takes one.`,
    );
  }

  delta(text: string): void {
    this.#host.delta(this.#visit, text);
  }
}

/** Place of an input among those that are wired, or -1. */
function inputCalled({ inputSockets }: PreparedNode, socket: string): number {
  for (let i = 0; i < inputSockets.length; i++) if (inputSockets[i] === socket) return i;
  return -1;
}
