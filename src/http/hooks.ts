/** Webhooks: whoever knows the address of a source fires it. The address is the only credential. */
import * as z from "zod";
import type { HookCall, RunnerRpc } from "../actor/rpc.ts";
import { HookRepository, parseAgentName } from "../db/hooks.ts";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { sha256Hex } from "../platform/crypto.ts";
import { ExpiringMap } from "../platform/expiring-map.ts";
import { canonicalJson, parseJson } from "../platform/json.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Json } from "../protocol/values.ts";
import { boundOf, boundServices } from "../platform/bound-services.ts";
import { askActor } from "./actors.ts";
import { readText } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { json, jsonText, problem } from "./responses.ts";
import { addRoute, answer, type App, problemAnswer, type RouteContext } from "./route.ts";

/** As `actor/hooks/hook-keys.ts` makes them: 18 bytes, a node's id or that of a run with a name, 16 bytes. */
const shape = /^([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{1,1700})\.([A-Za-z0-9_-]{22})$/;

/** As `services/agents/bound-triggers.ts` makes them: the whole is the credential. */
const agentShape = /^[A-Za-z0-9_-]{24}$/;

/** Where ids lead, so that a busy webhook costs no query: the runner itself judges every call. */
const known = new ExpiringMap<string>(10_000);
const knownMs = 300_000;

/** What would be a secret of the sender in the journal, and what a proxy adds. */
const hiddenHeaders = /^(?:authorization|proxy-authorization|cookie|cf-.*|x-forwarded-.*|x-real-ip)$/;

export function addHookRoute(app: App): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/hooks/{token}",
      summary: "Fire a Webhook In of a spell that is played, or tell an agent. The address is the credential",
      tag: "runners",
      access: "public",
      params: z.object({ token: z.string().max(2000) }),
      headers: z.object({
        "idempotency-key": z
          .string()
          .optional()
          .describe("Within 24 h the same key fires once; `webhook-id` counts as one."),
      }),
      body: { schema: "Json", required: false, otherwise: "A form, or text of any kind" },
      responses: {
        200: answer("What the run gave, where the node or agent replies with outputs", "RunResult"),
        202: answer("The firing was taken", "HookAccepted"),
        401: problemAnswer("A connector's signature does not fit"),
        404: problemAnswer("There is no such address"),
        409: problemAnswer("The spell is paused, the agent stopped"),
        422: problemAnswer("The run has failed"),
        503: problemAnswer("Too many firings wait"),
      },
    },
    fireHook,
  );
}

async function fireHook(c: RouteContext): Promise<Response> {
  const token = c.req.param("token") ?? "";
  return agentShape.test(token) ? tellAgent(c, token) : fireSource(c, token);
}

async function tellAgent(c: RouteContext, token: string): Promise<Response> {
  const target = parseAgentName(await targetOf(c.env, token));
  if (target === undefined) throw noHook();
  const agents = boundOf(boundServices(c.env), "agents");
  const body = await readText(c.req.raw, maxBodyBytes.hook);
  const request = {
    token,
    headers: headersOf(c.req.raw),
    query: queryOf(c),
    body,
    value: valueOf(body, c.req.raw.headers),
  };
  const answered = await agents.receive({ userId: target.userId }, target.agentId, request);
  return json(answered.body, answered.status);
}

async function fireSource(c: RouteContext, token: string): Promise<Response> {
  const [, id, part, mac] = shape.exec(token) ?? [];
  if (id === undefined || part === undefined || mac === undefined) throw noHook();
  const name = await targetOf(c.env, id);
  const text = await readText(c.req.raw, maxBodyBytes.hook);
  const value = { body: valueOf(text, c.req.raw.headers), query: queryOf(c), headers: headersOf(c.req.raw) };
  const call: HookCall = { part, mac, value };
  const key = c.req.header("idempotency-key") ?? c.req.header("webhook-id");
  if (key !== undefined)
    call.idempotency = {
      key: `hook ${part} ${await sha256Hex(key)}`,
      fingerprint: await sha256Hex(canonicalJson(value.body)),
    };
  const result = await askActor(
    (): RunnerRpc => c.env.SPELL_RUNNER.getByName(name),
    (runner) => runner.hook(call),
    key === undefined ? "write" : "read",
  );
  if (!result.ok) {
    if (result.error.code === "not_found") known.delete(id);
    return problem(result.error);
  }
  if ("taken" in result) return json({ runId: result.runId }, 202);
  return jsonText(result.json, result.waiting === true ? 202 : 200);
}

/** The actor's name. */
async function targetOf(env: Env, id: string): Promise<string> {
  const remembered = known.get(id, now());
  if (remembered !== undefined) return remembered;
  const name = await new HookRepository(env.DB).find(id);
  if (name === null) throw noHook();
  known.set(id, name, now() + knownMs);
  return name;
}

function valueOf(text: string, headers: Headers): Json {
  const type = (headers.get("content-type") ?? "").toLowerCase();
  if (text === "") return null;
  if (/[/+]json\b/.test(type)) return parseJson(text) as Json;
  if (type.startsWith("application/x-www-form-urlencoded")) return fieldsOf(new URLSearchParams(text));
  return text;
}

const queryOf = (c: RouteContext): Record<string, Json> => fieldsOf(new URL(c.req.url).searchParams);

/** A name that comes once has its text, one that comes several times the list of them. */
function fieldsOf(parameters: URLSearchParams): Record<string, Json> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of parameters) fields.set(name, [...(fields.get(name) ?? []), value]);
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  );
}

const headersOf = (request: Request): Record<string, string> =>
  Object.fromEntries([...request.headers].filter(([name]) => !hiddenHeaders.test(name)));

const noHook = (): SpellError => new SpellError("not_found", "There is no webhook at this address.");
