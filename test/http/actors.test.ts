import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { askActor } from "../../src/http/actors.ts";
import { announce } from "../../src/http/announce.ts";
import { failureOf, problem } from "../../src/http/responses.ts";
import { bodyOf } from "../helpers/api.ts";
import { thrownBy } from "../helpers/thrown.ts";

const reset = () =>
  Object.assign(new Error("Durable Object reset because its code was updated."), { retryable: true });
const overloaded = () =>
  Object.assign(new Error("Too many requests queued."), { retryable: true, overloaded: true });

afterEach(() => vi.restoreAllMocks());

/** Asks with a new stub each time, which fails with the next of `errors` and answers when there is none. */
async function askWith(kind: "read" | "write", errors: Error[]) {
  let stubs = 0;
  const asked = askActor(
    () => (stubs += 1),
    async (stub) => {
      const error = errors[stub - 1];
      if (error !== undefined) throw error;
      return `answer of stub ${stub}`;
    },
    kind,
  );
  const result = await asked.catch((error: unknown) => error);
  return { result, stubs };
}

describe("asking an actor", () => {
  it("reads once more on a new stub after a passing error", async () => {
    expect(await askWith("read", [reset()])).toEqual({ result: "answer of stub 2", stubs: 2 });
  });

  it("does not try a third time", async () => {
    expect(await askWith("read", [reset(), reset()])).toMatchObject({
      result: { code: "overloaded" },
      stubs: 2,
    });
  });

  it("never repeats what may have been done", async () => {
    expect(await askWith("write", [reset()])).toMatchObject({
      result: { code: "overloaded", retryAfter: 1 },
      stubs: 1,
    });
  });

  it("never asks an overloaded actor again", async () => {
    expect(await askWith("read", [overloaded()])).toMatchObject({
      result: { code: "overloaded", retryAfter: 2 },
      stubs: 1,
    });
  });

  it("takes an error that crossed with its code for what it is, and any other for ours", async () => {
    const conflict = Object.assign(new Error("The run has ended."), { code: "conflict", remote: true });
    expect((await askWith("read", [conflict])).result).toMatchObject({
      code: "conflict",
      message: "The run has ended.",
    });
    expect((await askWith("read", [new Error("a secret detail")])).result).toMatchObject({
      code: "internal",
    });
  });
});

describe("a problem", () => {
  it("tells overload as 503 with Retry-After", async () => {
    const { result } = await askWith("read", [overloaded()]);
    const response = problem(failureOf(result));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
  });

  it("of our own says nothing but an id, under which the log has the cause", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
    const response = problem(failureOf(new Error("a secret detail", { cause: new Error("deeper") })));
    expect(response.status).toBe(500);
    const body = await bodyOf(response);
    expect(body).toMatchObject({ code: "internal", errorId: expect.any(String) as unknown });
    expect(JSON.stringify(body)).not.toMatch(/secret|deeper|\.ts/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      errorId: body.errorId,
      error: { message: "a secret detail", cause: { message: "deeper" } },
    });
  });
});

describe("announcing a change", () => {
  const settings = env as unknown as Env;
  const announceWith = async (errors: Error[]): Promise<number> => {
    let calls = 0;
    await announce(settings, "announcer", async () => {
      calls += 1;
      const error = errors[calls - 1];
      if (error !== undefined) throw error;
    });
    return calls;
  };

  it("is done once when it is heard, and once more after a passing error", async () => {
    expect(await announceWith([])).toBe(1);
    expect(await announceWith([reset()])).toBe(2);
  });

  it("ends in the log and not in the writer's answer", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await announceWith([reset(), reset()])).toBe(2);
    expect(await announceWith([overloaded()])).toBe(1);
    expect(await announceWith([new Error("bug")])).toBe(1);
    expect(logged).toHaveBeenCalledTimes(3);
  });
});

it("lets thrownBy fail where nothing was thrown", async () => {
  expect(await thrownBy(thrownBy(Promise.resolve()))).toMatchObject({ message: "nothing was thrown" });
});
