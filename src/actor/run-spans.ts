/**
 * Spans of one run, its nodes and the service calls of these. A plugin of the engine, so the engine knows nothing of it; made for a
 * run that begins in a sampled invocation alone. Names after https://opentelemetry.io/docs/specs/semconv/, and never a value.
 */
import type { EnginePlugin } from "../engine/index.ts";
import type { PluginNode } from "../engine/plugins.ts";
import {
  openSpan,
  type OpenSpan,
  type SpanAttributes,
  traceparentFrom,
  type Tracer,
} from "../platform/trace.ts";
import type { RunEnded, RunStarted } from "../protocol/events.ts";
import { isJsonObject } from "../protocol/values.ts";
import type { RunnerAddress } from "./address.ts";

/** Nodes of a run that get a span; a loop would make more than a trace can show. */
const maxNodes = 500;

/** By the completion service's verbs: https://opentelemetry.io/docs/specs/semconv/gen-ai/ */
const operations: Readonly<Record<string, string>> = {
  complete: "text_completion",
  chat: "chat",
  stream: "chat",
  embed: "embeddings",
};

export class RunSpans implements EnginePlugin {
  readonly name = "spans";
  readonly #tracer: Tracer;
  readonly #address: Pick<RunnerAddress, "spellId" | "session">;
  #run: OpenSpan | null = null;
  readonly #nodes = new Map<string, OpenSpan>();
  #count = 0;

  constructor(tracer: Tracer, address: Pick<RunnerAddress, "spellId" | "session">) {
    this.#tracer = tracer;
    this.#address = address;
  }

  onRunStart({ runId, spell }: RunStarted): void {
    this.#run = openSpan(this.#tracer, "run");
    this.#run.span.setAttributes({
      "spellrunner.run.id": runId,
      "spellrunner.spell.id": this.#address.spellId,
      "spellrunner.spell.version": spell.version,
      "spellrunner.session": this.#address.session,
    });
  }

  onNodeStart(node: PluginNode, attempt: number): void {
    this.#nodes.get(keyOf(node))?.span.end();
    this.#count += 1;
    if (this.#run === null || this.#count > maxNodes) return;
    const open = this.#below(this.#run, `node ${node.component}`);
    open.span.setAttributes({
      "spellrunner.node.id": node.nodeId,
      "spellrunner.node.visit": node.visit,
      "spellrunner.node.component": node.component,
      "spellrunner.node.attempt": attempt,
    });
    this.#nodes.set(keyOf(node), open);
  }

  onNodeEnd(node: PluginNode): void {
    this.#endNode(node);
  }

  onNodeError(node: PluginNode, { error }: { error: { code: string } }): void {
    this.#endNode(node, error.code);
  }

  onRunEnd({ type, error }: RunEnded): void {
    for (const { span } of this.#nodes.values()) span.end();
    this.#nodes.clear();
    this.#run?.span.setAttributes({ "spellrunner.run.status": type.slice(4) });
    finish(this.#run, error?.code);
    this.#run = null;
  }

  /**
   * A service call of a visit.
   * @param act asks; it is given what tells the service that this span asks it
   */
  async service<T>(
    { nodeId, visit }: { nodeId?: string | undefined; visit?: string | undefined },
    { service, verb, request }: { service: string; verb: string; request: unknown },
    act: (traceparent: string) => Promise<T>,
  ): Promise<T> {
    const caller = this.#nodes.get(keyOf({ nodeId, visit })) ?? this.#run;
    const open = this.#below(caller, `${service}.${verb}`);
    const { span } = open;
    span.setAttributes({ "rpc.service": service, "rpc.method": verb, ...asked(service, verb, request) });
    try {
      const answer = await open.within(() => act(traceparentFrom(span)));
      span.setAttributes(answered(service, answer));
      finish(open);
      return answer;
    } catch (thrown) {
      finish(open, codeOf(thrown));
      throw thrown;
    }
  }

  #endNode(node: PluginNode, code?: string): void {
    finish(this.#nodes.get(keyOf(node)) ?? null, code);
    this.#nodes.delete(keyOf(node));
  }

  #below(outer: OpenSpan | null, name: string): OpenSpan {
    const open = (): OpenSpan => openSpan(this.#tracer, name);
    return outer === null ? open() : outer.within(open);
  }
}

const keyOf = ({ nodeId, visit }: { nodeId?: string | undefined; visit?: string | undefined }): string =>
  `${nodeId}#${visit}`;

/** A failure is told by its code: a message may hold what a user wrote. */
function finish(open: OpenSpan | null, code?: string): void {
  if (open === null) return;
  const { span } = open;
  if (code !== undefined) span.setAttributes({ "error.type": code });
  span.setStatus?.(code === undefined ? { code: "ok" } : { code: "error", message: code });
  span.end();
}

function codeOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "internal";
}

function asked(service: string, verb: string, request: unknown): SpanAttributes {
  if (service !== "completion") return {};
  const fields = isJsonObject(request) ? request : {};
  return {
    "gen_ai.operation.name": operations[verb],
    "gen_ai.request.model": typeof fields.model === "string" ? fields.model : undefined,
    "gen_ai.request.max_tokens": typeof fields.maxTokens === "number" ? fields.maxTokens : undefined,
  };
}

function answered(service: string, answer: unknown): SpanAttributes {
  if (service !== "completion" || typeof answer !== "object" || answer === null) return {};
  const { model, finishReason, usage } = answer as {
    model?: unknown;
    finishReason?: unknown;
    usage?: { inputTokens?: number; outputTokens?: number };
  };
  return {
    "gen_ai.response.model": typeof model === "string" ? model : undefined,
    "gen_ai.response.finish_reasons": typeof finishReason === "string" ? finishReason : undefined,
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
  };
}
