/** Every route of the OpenAPI document with damaged bodies, paths, queries, headers and tokens: a problem, and never a fault of ours. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { problem } from "../../src/protocol/errors.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { campaign, campaignTimeoutMs } from "../helpers/campaign.ts";
import { echoSpell } from "../helpers/documents.ts";
import { mutated, mutations } from "../helpers/mutations.ts";
import { spellFiles } from "../helpers/spell-files.ts";
import { splices, splicedText } from "../helpers/text-mutations.ts";

const { check } = campaign("http");

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
}
interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Route {
  path: string;
  method: string;
  /** A body that fits its schema, where it has one. */
  body: unknown;
}

const user = userNamed("fuzz-http");
const statuses = new Map<number, number>();

/** The spell that most requests are about, as it should be. */
async function save(): Promise<void> {
  const { status } = await user.ask("/spells/demo", { method: "PUT", body: echoSpell("demo") });
  expect([200, 201]).toContain(status);
}

let routes: Route[] = [];

beforeAll(async () => {
  const document = await bodyOf(await ask("/openapi.json"));
  const schemas = document.components.schemas as Record<string, Schema>;
  routes = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        body: bodyFor(path, operation, schemas),
      })),
  );
  await save();
});

function bodyFor(path: string, { requestBody }: Operation, schemas: Record<string, Schema>): unknown {
  if (path.startsWith("/spells") && !path.includes("/{id}/")) return echoSpell("demo");
  const schema = requestBody?.content["application/json"]?.schema;
  return schema === undefined ? undefined : sampleOf(schema, schemas, 0);
}

/** A value that a schema takes, all its members present. */
function sampleOf(schema: Schema, schemas: Record<string, Schema>, depth: number): unknown {
  if (depth > 5) return null;
  const next = (inner: Schema): unknown => sampleOf(inner, schemas, depth + 1);
  if (schema.$ref !== undefined) return next(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if ("const" in schema) return schema.const;
  const [choice] = schema.enum ?? [];
  if (choice !== undefined) return choice;
  const [part] = schema.anyOf ?? schema.oneOf ?? [];
  if (part !== undefined) return next(part);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(next)) as unknown;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, next(inner)]),
    );
  if (type === "array") return schema.items === undefined ? [] : [next(schema.items)];
  if (type === "number" || type === "integer") return Math.max(1, schema.minimum ?? 1);
  return type === "boolean" ? true : "demo";
}

interface Case {
  route: number;
  /** In the place of the path's parameters. */
  names: string[];
  query: string;
  headers: Record<string, string>;
  token: "good" | "none" | "damaged" | "short";
  changes: Parameters<typeof mutated>[1];
  cuts: Parameters<typeof splicedText>[1];
  how: "whole" | "mutated" | "cut" | "file";
}

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("demo", "1", "main") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "none",
      "@none",
      "..",
      "%00",
      "%2e%2e",
      "a%2Fb",
      "%E0%A4%A",
      "é",
      "__proto__",
      "x".repeat(2000),
    ),
  },
  {
    weight: 1,
    arbitrary: splices.map((cuts) =>
      encodeURIComponent(splicedText("0192f0c1-7d2e-7c3a-9b1e-000000000001", cuts).toWellFormed()),
    ),
  },
);
const header = fc.string({
  unit: fc.constantFrom(..."abc019 !~".split(""), ...'"\\,;=/*-_:.%'.split("")),
  maxLength: 30,
});

const attempt: fc.Arbitrary<Case> = fc.record({
  route: fc.nat(),
  names: fc.array(name, { minLength: 3, maxLength: 3 }),
  query: fc.oneof(
    fc.constant(""),
    fc.constantFrom(
      "?session=main",
      "?session=a/b",
      "?limit=-1&cursor=x",
      "?after=x",
      "?$query={",
      "?$limit=x&type[$ne]=1",
      "?session=" + "s".repeat(80),
    ),
    splices.map(
      (cuts) =>
        `?${splicedText("limit=5&cursor=WyJhIl0&search=a&session=main&after=3&$sort[date]=-1&type[$in][]=a", cuts).toWellFormed()}`,
    ),
  ),
  headers: fc.record(
    {
      "idempotency-key": header,
      "if-match": header,
      "content-type": fc.oneof(
        header,
        fc.constantFrom("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
      ),
      prefer: header,
      "last-event-id": header,
      origin: header,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  token: fc.constantFrom("good", "good", "good", "good", "good", "good", "none", "damaged", "short"),
  changes: mutations,
  cuts: splices,
  how: fc.constantFrom("whole", "mutated", "mutated", "mutated", "cut", "file"),
});

/** All that a header can carry. */
const ascii = (text: string): string => text.replaceAll(/[^ -~]/g, "?");

/** What no answer may hold: where code lies and how it came there. */
const inward = /\bat \S+ \(|\.ts:\d|\.js:\d|node_modules|SQLITE|D1_ERROR|SELECT |INSERT /;

async function ordered({
  route: index,
  names,
  query,
  headers,
  token,
  changes,
  cuts,
  how,
}: Case): Promise<void> {
  const { path, method, body } = routes[index % routes.length] as Route;
  const left = [...names];
  const address = path.replaceAll(/\{\w+\}/g, () => left.pop() ?? "demo") + query;
  const authorization = `Bearer ${await user.token}`;
  const value =
    how === "mutated"
      ? mutated([body], changes)
      : how === "file"
        ? spellFiles[(cuts[0]?.at ?? 0) % spellFiles.length]?.[1]
        : body;
  const whole = Array.isArray(value) && how === "mutated" ? value[0] : value;
  const text = whole === undefined ? undefined : JSON.stringify(whole);
  const sent = text !== undefined && how === "cut" ? splicedText(text, cuts).toWellFormed() : text;
  let request: Promise<Response>;
  try {
    request = ask(address, {
      method,
      ...(sent === undefined || method === "GET" ? {} : { body: sent }),
      headers: {
        ...headers,
        ...(token === "none"
          ? {}
          : {
              authorization:
                token === "good"
                  ? authorization
                  : token === "short"
                    ? "Bearer"
                    : ascii(splicedText(authorization, cuts)),
            }),
      },
    });
  } catch (thrown) {
    // No client can send it: a header that is none.
    expect(thrown).toBeInstanceOf(TypeError);
    return;
  }
  const response = await request;
  const what = `${method} ${address} ${response.status}`;
  const said = await response.text();
  expect(said, what).not.toMatch(inward);
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  if (path === "/spells/{id}" && method !== "GET" && address.includes("demo")) await save();
  if (response.status < 400) return;
  expect(response.headers.get("content-type"), what).toContain("application/problem+json");
  const told = problem.parse(JSON.parse(said));
  expect(told.status, what).toBe(response.status);
  expect(told.code, `${what} ${said.slice(0, 300)}`).not.toBe("internal");
  // The platform and providers alone answer with these.
  if (response.status >= 500)
    expect(
      ["overloaded", "provider_error", "provider_timeout", "not_configured", "run_timeout"],
      `${what} ${said}`,
    ).toContain(told.code);
}

/** Each of these costs a password's hash. */
const slow = new Set(["/auth/signup", "/auth/login"]);

describe("a request", () => {
  it(
    "to any route is answered, or refused by a problem that says nothing of our inside",
    { timeout: campaignTimeoutMs },
    async () => {
      routes = routes.filter(({ path }) => !slow.has(path) && !path.endsWith("/connect"));
      expect(routes.length).toBeGreaterThan(60);
      await check(attempt, 400, ordered);

      // It would show little if nothing were ever taken.
      expect(statuses.get(200)).toBeGreaterThan(5);
      expect(statuses.get(400)).toBeGreaterThan(10);
    },
  );
});
