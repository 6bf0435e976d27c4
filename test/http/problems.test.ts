import { beforeAll, describe, expect, it } from "vitest";
import { problem } from "../../src/protocol/errors.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";

const user = userNamed("problems-user");

beforeAll(async () => {
  await user.ask("/spells", { body: echoSpell("io") });
});

async function problemOf(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = await bodyOf(response);
  expect(problem.parse(body).status).toBe(response.status);
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.ts:|node_modules/);
  return body;
}

it.each(["/nothing", "/spells/io/nothing", "/hooks", "/services/completion"])(
  "answers 404 at the unknown route %s",
  async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    expect(await problemOf(response)).toMatchObject({ code: "not_found" });
  },
);

it.each([
  ["PATCH", "/spells/io", "PUT, DELETE, GET, HEAD"],
  ["DELETE", "/spells", "POST, GET, HEAD"],
  ["GET", "/spells/io/run", "POST"],
  ["POST", "/health", "GET, HEAD"],
  ["PUT", "/spells/io/runs/x", "GET, DELETE, HEAD"],
])("answers 405 to %s %s and says what is allowed", async (method, path, allowed) => {
  const response = await ask(path, { method });
  expect(response.status).toBe(405);
  expect(new Set(response.headers.get("allow")?.split(", "))).toEqual(new Set(allowed.split(", ")));
  expect(await problemOf(response)).toMatchObject({ status: 405 });
});

it("answers HEAD as GET without the body", async () => {
  const response = await user.ask("/spells/io", { method: "HEAD" });
  expect([response.status, response.headers.get("etag"), await response.text()]).toEqual([200, '"1"', ""]);
});

describe.each([
  ["POST", "/spells"],
  ["PUT", "/spells/io"],
  ["POST", "/spells/io/run"],
  ["POST", "/spells/validate"],
])("%s %s", (method, path) => {
  it.each(["{", '{"inputs": }', "not json", '{"a":1}}'])("answers 400 to the body %s", async (body) => {
    const response = await user.ask(path, { method, body });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code: "bad_request", errors: [{ path: "" }] });
  });

  it("answers 400 to bytes that are no UTF-8", async () => {
    const bytes = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]));
        controller.close();
      },
    });
    const response = await user.ask(path, { method, body: bytes });
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toMatch(/UTF-8/);
  });

  it("answers 400 to a hundred thousand levels, wherever they are", async () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const spell = `{"format":"spellrunner@1","id":"io","name":"io","version":0,"nodes":{},"edges":{},"state":{"a":${deep}}}`;
    const run = `{"inputs":{"text":${deep}}}`;
    for (const body of [deep, path.endsWith("/run") ? run : spell]) {
      const response = await user.ask(path, { method, body });
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toMatch(/nested deeper than 200 levels/);
    }
  });
});

it("answers 400 to an empty body where a spell is wanted", async () => {
  const response = await user.ask("/spells", { method: "POST" });
  expect(response.status).toBe(400);
  await problemOf(response);
});
