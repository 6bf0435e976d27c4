/** Runs over HTTP: starting, looking, cancelling. What a run does is the runner's; here its words become answers. */
import * as z from "zod";
import { defaultSession, type RunnerAddress } from "../actor/address.ts";
import type { RpcAnswer, RunnerRpc, RunOptions, StreamAnswer } from "../actor/rpc.ts";
import { sha256Hex } from "../platform/crypto.ts";
import { canonicalJson } from "../platform/json.ts";
import { traceparentOf } from "../platform/trace.ts";
import { SpellError } from "../protocol/errors.ts";
import {
  type ForkRequest,
  forkRequest,
  type Run,
  type RunRequest,
  runRequest,
  runStatus,
} from "../protocol/runs.ts";
import { askActor, runnerOf } from "./actors.ts";
import { parseAs, readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import {
  addressParams,
  idempotencyKeyOf,
  opaqueParam,
  pageQuery,
  prefersAsync,
  queryAs,
  runHeaders,
  runnerAddressOf,
  runParams,
  sessionQuery,
  valueParams,
  wantsEventStream,
} from "./request.ts";
import { eventStream, jsonText } from "./responses.ts";
import {
  addRoute,
  answer,
  type App,
  headersSaying,
  problemAnswer,
  type RouteContext,
  streamableAnswer,
} from "./route.ts";
import { answerOfRunner, failureAnswer } from "./runner-answer.ts";

/** What came out of JSON.parse is JSON: walking up to 8 MiB of it by a schema would only cost time. */
const parsedObject = z.record(z.string(), z.unknown()).optional();
const runBody = runRequest.extend({ inputs: parsedObject, state: parsedObject });

const forkBody = forkRequest.extend({ inputs: parsedObject });

const listQuery = pageQuery.extend(sessionQuery.shape).extend({ status: runStatus.optional() });
const eventsQuery = sessionQuery.extend({
  // The generator tries null to see whether it is taken, and coercion makes a 0 of it.
  after: z.coerce.number().int().nonnegative().default(0).openapi({ type: "integer" }),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
const replayedHeader = headersSaying({
  "Idempotency-Replayed": "`true` where the run is that of an earlier request with this Idempotency-Key",
});
const lastEventIdHeader = z.object({ "last-event-id": z.string().optional() });

export function addRunRoutes(app: App): void {
  const tag = "runs";
  addRoute(
    app,
    {
      method: "post",
      path: "/spells/{id}/run",
      summary: "Run a spell and get its outputs, or with `Accept: text/event-stream` its events as they come",
      tag,
      access: "user",
      params: addressParams,
      query: sessionQuery,
      headers: runHeaders,
      body: { schema: "RunRequest", required: false },
      responses: {
        200: {
          ...streamableAnswer("The run has completed; or its events, whatever its end", "RunResult"),
          headers: replayedHeader,
        },
        202: {
          ...answer("The run waits for a human, or was taken with `Prefer: respond-async`", "Run"),
          headers: {
            ...headersSaying({
              Location: "The path of the run",
              "Preference-Applied": "`respond-async` where that was asked for",
            }),
            ...replayedHeader,
          },
        },
        409: {
          ...problemAnswer(
            "Cancelled or rejected; or `conflict`: the Idempotency-Key came with another body before",
          ),
          headers: replayedHeader,
        },
        422: { ...problemAnswer("The run has failed"), headers: replayedHeader },
        504: { ...problemAnswer("The run took longer than its timeout"), headers: replayedHeader },
      },
    },
    startRun,
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/runs",
      summary: "List the runs of a runner, newest first",
      tag,
      access: "user",
      params: addressParams,
      query: listQuery,
      responses: { 200: answer("One page", "RunList") },
    },
    (c) => {
      const { limit, cursor, status } = queryAs(c, listQuery);
      const query = {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(status === undefined ? {} : { status }),
      };
      return answerOfRunner(c, "read", (runner) => runner.listRuns(query));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/runs/{runId}",
      summary: "Get a run",
      tag,
      access: "user",
      params: runParams,
      query: sessionQuery,
      responses: { 200: answer("The run", "Run") },
    },
    (c) => {
      const runId = runIdOf(c);
      return answerOfRunner(c, "read", (runner) => runner.getRun(runId));
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: "/spells/{id}/runs/{runId}",
      summary: "Cancel a run, also a queued one",
      tag,
      access: "user",
      params: runParams,
      query: sessionQuery,
      responses: { 200: answer("The run", "Run"), 409: problemAnswer("The run has ended already") },
    },
    (c) => {
      const runId = runIdOf(c);
      return answerOfRunner(c, "write", (runner) => runner.cancelRun(runId));
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/spells/{id}/runs/{runId}/resume",
      summary:
        "Go on with a run that did not complete, as a new run that takes over what was done and not edited since",
      tag,
      access: "user",
      params: runParams,
      query: sessionQuery,
      responses: {
        201: answer("The new run", "Run"),
        409: problemAnswer("The run is in flight, or has completed"),
      },
    },
    (c) => {
      const runId = runIdOf(c);
      return begun(c, (runner) => runner.resumeRun(runId));
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/spells/{id}/runs/{runId}/fork",
      summary: "Run again from one of the nodes of a run, as a new run that takes over the rest",
      tag,
      access: "user",
      params: runParams,
      query: sessionQuery,
      body: { schema: "ForkRequest", required: true },
      responses: { 201: answer("The new run", "Run"), 409: problemAnswer("The run is in flight") },
    },
    async (c) => {
      const runId = runIdOf(c);
      const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes.run });
      const request = parseAs(forkBody, body, "The fork request") as ForkRequest;
      return begun(c, (runner) => runner.forkRun(runId, request));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/runs/{runId}/events",
      summary: "Get the events of a run, as a page or with `Accept: text/event-stream` live until it ends",
      tag,
      access: "user",
      params: runParams,
      query: eventsQuery,
      headers: lastEventIdHeader,
      responses: { 200: streamableAnswer("Events after `after` or Last-Event-ID", "EventPage") },
    },
    runEvents,
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/runs/{runId}/plan",
      summary: "Get the plan of a run, its sub-spells as they were: what replays it",
      tag,
      access: "user",
      params: runParams,
      query: sessionQuery,
      responses: { 200: answer("The plan", "Plan") },
    },
    (c) => {
      const runId = runIdOf(c);
      return answerOfRunner(c, "read", (runner) => runner.getRunPlan(runId));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/runs/{runId}/values/{valueId}",
      summary: "Get a value that events refer to by `$value`",
      tag,
      access: "user",
      params: valueParams,
      query: sessionQuery,
      responses: { 200: answer("The value", "Json") },
    },
    (c) => {
      const runId = runIdOf(c);
      const valueId = opaqueParam(c, "valueId", 128);
      return answerOfRunner(c, "read", (runner) => runner.getValue(runId, valueId));
    },
  );
}

/** A new run and where it is. */
async function begun(c: RouteContext, ask: (runner: RunnerRpc) => Promise<RpcAnswer>): Promise<Response> {
  const address = await runnerAddressOf(c, c.var.identity.userId);
  const result = await askActor(() => runnerOf(c.env, address), ask, "write");
  if (!result.ok) return failureAnswer(result, address);
  const { runId } = JSON.parse(result.json) as Run;
  return jsonText(result.json, 201, { location: runPath(address, runId) });
}

const runIdOf = (c: RouteContext): string => opaqueParam(c, "runId", 64);

async function startRun(c: RouteContext): Promise<Response> {
  const address = await runnerAddressOf(c, c.var.identity.userId);
  const key = idempotencyKeyOf(c);
  const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes.run, empty: {} });
  const request = parseAs(runBody, body, "The run request") as RunRequest;
  const options: RunOptions = {};
  if (key !== undefined) options.idempotency = { key, fingerprint: await sha256Hex(canonicalJson(request)) };
  const traceparent = traceparentOf(c.req.header("traceparent"));
  if (traceparent !== undefined) options.traceparent = traceparent;
  const stubOf = () => runnerOf(c.env, address);
  // Asked again by its key, a runner that was restarted gives the run that it had begun.
  const kind = key === undefined ? "write" : "read";
  if (wantsEventStream(c))
    return streamed(await askActor(stubOf, (runner) => runner.runStream(request, options), kind), address);
  if (prefersAsync(c)) options.isAsync = true;
  const result = await askActor(stubOf, (runner) => runner.run(request, options), kind);
  const headers = headersOf(result);
  if (!result.ok) return failureAnswer(result, address, headers);
  if (result.waiting !== true) return jsonText(result.json, 200, headers);
  headers.location = runPath(address, result.runId);
  if (options.isAsync === true) headers["preference-applied"] = "respond-async";
  return jsonText(result.json, 202, headers);
}

const headersOf = ({ replayed }: { replayed?: true }): Record<string, string> =>
  replayed === true ? { "idempotency-replayed": "true" } : {};

async function runEvents(c: RouteContext): Promise<Response> {
  const runId = runIdOf(c);
  const { after, limit } = queryAs(c, eventsQuery);
  const from = lastEventIdOf(c) ?? after;
  if (!wantsEventStream(c))
    return answerOfRunner(c, "read", (runner) => runner.runEvents(runId, from, limit));
  const address = await runnerAddressOf(c, c.var.identity.userId);
  const stubOf = () => runnerOf(c.env, address);
  return streamed(await askActor(stubOf, (runner) => runner.runEventStream(runId, from), "read"), address);
}

const streamed = (result: StreamAnswer, address: RunnerAddress): Response =>
  result.ok ? eventStream(result.body, headersOf(result)) : failureAnswer(result, address);

/** What an EventSource sends when it comes back: the `id` of the last event that it saw. */
function lastEventIdOf(c: RouteContext): number | undefined {
  const header = c.req.header("last-event-id");
  if (header === undefined) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new SpellError("bad_request", "Last-Event-ID is not the `id` of an event.", {
    errors: [{ path: "Last-Event-ID", message: "not a number" }],
  });
}

const runPath = ({ spellId, session }: RunnerAddress, runId: string): string =>
  `/spells/${spellId}/runs/${runId}${session === defaultSession ? "" : `?session=${session}`}`;
