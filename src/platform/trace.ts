/**
 * Traces: W3C Trace Context in and out, and spans on the platform's own tracer, which costs nothing where it does not sample:
 * https://developers.cloudflare.com/workers/observability/traces/custom-spans/
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { tracing } from "cloudflare:workers";

/** The part of the platform's tracer that we use. */
export interface Tracer {
  startActiveSpan<T>(name: string, act: (span: TraceSpan) => T): T;
}

export type SpanAttributes = Record<string, string | number | boolean | undefined>;

export interface TraceSpan {
  setAttributes(attributes: SpanAttributes): unknown;
  spanContext(): { traceId: string; spanId: string };
  /** These two came in October 2026. */
  setStatus?(status: { code: "ok" | "error"; message?: string }): unknown;
  updateName?(name: string): unknown;
  end(): void;
}

/** A span that lasts beyond a call, and the way back into it: what is begun there is below it. */
export interface OpenSpan {
  span: TraceSpan;
  within<T>(act: () => T): T;
}

/** A span below the one that is active now. The active one is kept by the async context, which can be entered again. */
export const openSpan = (tracer: Tracer, name: string): OpenSpan =>
  tracer.startActiveSpan(name, (span) => ({ span, within: AsyncLocalStorage.snapshot() }));

/** The tracer, where the invocation that runs now is sampled; undefined otherwise, and then nothing more is to be done. */
export const sampledTracer = (): Tracer | undefined =>
  tracing.getActiveSpan()?.isTraced === true ? tracing : undefined;

/** The span of the invocation itself, where it is sampled. */
export const sampledSpan = (): TraceSpan | undefined => {
  const span = tracing.getActiveSpan();
  return span?.isTraced === true ? span : undefined;
};

/** Version 00: https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
const shape = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A `traceparent` header as it may be passed on; what is none is ignored, as the standard asks. */
export const traceparentOf = (header: string | undefined | null): string | undefined =>
  header !== undefined && header !== null && shape.test(header) ? header : undefined;

/** What tells others that `span` is what asks them: it is sampled, whatever the flags say, or there would be none. */
export function traceparentFrom(span: TraceSpan): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}
