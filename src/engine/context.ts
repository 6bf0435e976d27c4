/** What a component sees of its visit. Reads lazily: a visit pays for what its component asks. */
import type { PlanNode } from "../protocol/plan.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { NodeContext } from "./component.ts";
import { readValue } from "./read.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Visit } from "./visit.ts";

/** The part of an execution that its nodes may use. */
export interface Host {
  readonly sandbox: Sandbox;
  readonly isCancelled: boolean;
  readonly now: number;
  ask<T>(visit: Visit, request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  delta(visit: Visit, text: string): void;
}

export class VisitContext implements NodeContext {
  readonly #host: Host;
  readonly #visit: Visit;

  constructor(host: Host, visit: Visit) {
    this.#host = host;
    this.#visit = visit;
  }

  get node(): PlanNode {
    return this.#visit.node.plan;
  }
  get data(): JsonObject {
    return this.#visit.node.plan.data;
  }
  get nodeId(): string {
    return this.#visit.nodeId;
  }
  get visit(): string {
    return this.#visit.visit;
  }
  get label(): string {
    return `Node "${this.#visit.nodeId}" (${this.#visit.node.plan.component})`;
  }
  get trigger(): string | undefined {
    return this.#visit.trigger;
  }
  get connected(): readonly string[] {
    return this.#visit.node.inputSockets;
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
    return this.#host.isCancelled;
  }

  values(socket: string): (Json | undefined)[] {
    const { node, sources, edges } = this.#visit;
    if (sources === null) return [];
    const found: (Json | undefined)[] = [];
    for (let i = 0; i < sources.length; i++) {
      const edge = edges === null ? i : (edges[i] as number);
      if (node.inputSockets[node.sourceInputs[edge] as number] === socket)
        found.push(readValue(this.#visit, sources[i] as Visit, edge));
    }
    return found;
  }

  value(socket: string): Json | undefined {
    const { node, sources, edges } = this.#visit;
    if (sources === null) return undefined;
    for (let i = 0; i < sources.length; i++) {
      const edge = edges === null ? i : (edges[i] as number);
      if (node.inputSockets[node.sourceInputs[edge] as number] === socket)
        return readValue(this.#visit, sources[i] as Visit, edge);
    }
    return undefined;
  }

  runInput(name: string): Json | undefined {
    const { inputs } = this.#visit.frame;
    return Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  }

  ask<T>(request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T> {
    return this.#host.ask(this.#visit, request);
  }

  sleep(ms: number): Promise<void> {
    return this.#host.sleep(ms);
  }

  delta(text: string): void {
    this.#host.delta(this.#visit, text);
  }
}
