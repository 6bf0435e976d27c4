/** Answers: JSON as text, event streams, and problems (RFC 9457). What all are sent with stands in answer-headers.ts. */
import { type ErrorInfo, type Problem, statusOf, titleOf } from "../protocol/errors.ts";
import { VersionConflict } from "../db/spells.ts";
import { count } from "../platform/counters.ts";
import { newId } from "../platform/ids.ts";
import { describeError, log } from "../platform/log.ts";
import { fromStub } from "../platform/retry.ts";
import { jsonHeaders } from "./answer-headers.ts";

/**
 * @param text JSON, sent as it is
 * @param headers besides those that every answer in JSON has, or in their place
 */
export function jsonText(text: string, status = 200, headers: Record<string, string> = {}): Response {
  const response = new Response(text, { status, headers: jsonHeaders });
  for (const name in headers) response.headers.set(name, headers[name] as string);
  return response;
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  jsonText(JSON.stringify(value), status, headers);

/** For what is the same for everybody, until the next deploy. */
export const publicHeaders = { "cache-control": "public, max-age=60" };

export const eventStream = (
  body: ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Response =>
  new Response(body, {
    // Some proxies hold a stream back to fill their buffers unless they are told not to.
    headers: { "content-type": "text/event-stream", "x-accel-buffering": "no", ...headers },
  });

export const versionTag = (version: number): string => `"${version}"`;

/** A failure as data: of a run, of an actor, of this request. */
export interface Failure extends ErrorInfo {
  runId?: string | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
  /** With a conflict: the version that is there now. */
  version?: number | undefined;
}

interface Differences {
  status?: number;
  title?: string;
  headers?: Record<string, string>;
}

/** A problem answer; status and title are the code's own unless `differences` say otherwise. */
export function problem(failure: Failure, differences: Differences = {}): Response {
  const { code, message, errors, runId, nodeId, errorId, version, retryAfter } = failure;
  const status = differences.status ?? statusOf(code);
  count("problems", { code });
  const body: Problem & { version?: number | undefined } = {
    type: `urn:spellrunner:problem:${code}`,
    title: differences.title ?? titleOf(code),
    status,
    code,
    detail: message,
    errors,
    runId,
    nodeId,
    errorId,
    version,
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="spellrunner"';
  if (status === 503 || status === 429 || retryAfter !== undefined)
    headers["retry-after"] = String(Math.ceil(retryAfter ?? 1));
  if (version !== undefined) headers.etag = versionTag(version);
  return json(body, status, { ...headers, ...differences.headers });
}

/** Writes a fault of our own to the log. Gives the id that its line is found by, which the answer carries. */
export function reportBug(error: unknown): string {
  const errorId = newId();
  log.error("request failed", { errorId, error: describeError(error) });
  return errorId;
}

/** What was thrown, as a failure; an `internal` one is reported. */
export function failureOf(thrown: unknown): Failure {
  const error = fromStub(thrown, "service");
  const failure: Failure = { ...error.toInfo(), runId: error.runId, retryAfter: error.retryAfter };
  if (error instanceof VersionConflict) failure.version = error.version;
  if (error.code !== "internal" || error.errorId !== undefined) return failure;
  return { ...failure, errorId: reportBug(error.cause ?? error) };
}
