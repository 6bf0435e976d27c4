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
  readonly services: Services;
  readonly sandbox: Sandbox;
  readonly isCancelled: boolean;
  callFor(visit: Visit): ServiceCall;
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
  get services(): Services {
    return this.#host.services;
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

  call(): ServiceCall {
    return this.#host.callFor(this.#visit);
  }

  delta(text: string): void {
    this.#host.delta(this.#visit, text);
  }
}
