/** Log lines: one JSON object each, with causes, and without what nobody may read there. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeError, log } from "../../src/platform/log.ts";
import { app } from "../../src/http/app.ts";
import type { Env } from "../../src/env.ts";
import { ask, baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";
import { tokenOf } from "../helpers/tokens.ts";

/** Every line of any level while `act` runs. */
async function linesOf(act: (lines: readonly string[]) => Promise<void> | void): Promise<string[]> {
  const lines: string[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, level).mockImplementation(
      (...what: unknown[]) => void lines.push(what.map(String).join(" ")),
    );
  await act(lines);
  vi.restoreAllMocks();
  return lines;
}
afterEach(() => vi.restoreAllMocks());

describe("A log line", () => {
  it("is one JSON object with the error, its causes and their stacks", async () => {
    const error = new Error("outside", { cause: new TypeError("inside") });
    const lines = await linesOf(() => log.error("it broke", { errorId: "e1", error: describeError(error) }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      level: "error",
      message: "it broke",
      errorId: "e1",
      error: { message: "outside", cause: { name: "TypeError", message: "inside" } },
    });
  });

  it("hides keys, tokens and cookies wherever they stand", async () => {
    const jwt = await tokenOf("someone");
    const planted = [
      jwt,
      `sk_${"k".repeat(43)}`,
      `sk-proj-${"p".repeat(40)}`,
      `rt_${"r".repeat(36)}.${"s".repeat(43)}`,
      `hf_${"h".repeat(30)}`,
      "dXNlcjpwYXNzd29yZA==",
      "session=planted-cookie",
      "planted password",
    ];
    const lines = await linesOf(() => {
      for (const text of planted.slice(0, 5))
        log.warn("texts", { error: describeError(new Error(`at ${text}.`)) });
      log.info("headers", { headers: { authorization: "Basic dXNlcjpwYXNzd29yZA==", cookie: planted[6] } });
      log.info("text", { text: "Authorization: Basic dXNlcjpwYXNzd29yZA==" });
      log.error("fields", {
        password: planted[7],
        refreshToken: planted[3],
        apiKey: planted[1],
        ticket: "planted password",
      });
    });
    expect(lines).toHaveLength(8);
    for (const text of planted) expect(lines.join("\n")).not.toContain(text);
  });

  it("keeps within its bound and its shape whatever comes, and never throws", async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const lines = await linesOf(() => {
      log.error("huge", { errorId: "e2", texts: Array.from({ length: 100 }, () => "x".repeat(10_000)) });
      log.error("circle", circle);
      log.error("big", { n: 1n });
    });
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      "huge",
      "circle",
      "big",
    ]);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ errorId: "e2" });
    for (const line of lines) expect(line.length).toBeLessThan(40_000);
  });
});

describe("A journey", () => {
  it("leaves no prompt, value, secret, token or cookie in any line, failures of all kinds included", async () => {
    const mark = "planted-by-a-test";
    const user = userNamed(`logged-${Math.random()}`);
    const password = `${mark} password`;
    const token = await user.token;
    const given: string[] = [mark, token];
    const lines = await linesOf(async (soFar) => {
      const email = `logged-${Math.random()}@example.com`;
      const signedUp = await bodyOf(await ask("/auth/signup", { body: { email, password } }));
      given.push(signedUp.accessToken, signedUp.refreshToken);
      await ask("/auth/login", { body: { email, password: `${mark} another` } });
      await user.ask("/users/me/secrets/OPENAI_API_KEY", { method: "PUT", body: { value: `sk-${mark}` } });
      const { key } = await bodyOf(await user.ask("/users/me/keys", { body: { name: mark } }));
      given.push(key);
      const { ticket } = await bodyOf(await user.ask("/auth/tickets", { method: "POST" }));
      given.push(ticket);
      const document = spell(
        {
          start: "Trigger In",
          text: { is: "Universal Input", data: { name: "text" } },
          g: { is: "Generator", data: { fewshot: `!500 ${mark} prompt` } },
          code: { is: "Code", data: { code: `throw new Error("${mark} in code")` } },
          out: "Output:out",
        },
        `start.trigger > g.trigger
         g.trigger > out.trigger
         g.result > out.input`,
        { name: mark },
      );
      await user.ask("/spells/logged", { method: "PUT", body: document, headers: { cookie: `a=${mark}` } });
      const failed = await user.ask("/spells/logged/run", {
        body: { inputs: { text: mark }, state: { mark } },
      });
      expect(failed.status).toBe(422);
      const tab = await TestConnection.open(user, "logged");
      await tab.hello();
      tab.socket.send(`{"type":"${mark}"}`);
      await tab.until(({ type }) => type === "error", "the error");
      tab.close();
      await ask("/spells", { headers: { authorization: `Bearer ${token.slice(0, -3)}xxx` } });
      await user.ask("/spells", { method: "POST", body: `{"${mark}": ` });
      await user.ask("/services/entities", { body: { type: "note", data: { text: mark } } });
      // A fault of ours, whose cause is in the log alone.
      const broken = {
        prepare: () => ({ bind: () => ({ all: () => Promise.reject(new Error("a planted fault")) }) }),
      };
      const request = new Request(`${baseUrl}/spells?search=${mark}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const fault = await app.fetch(request, {
        ...(env as unknown as Env),
        DB: broken as unknown as D1Database,
      });
      expect(fault.status).toBe(500);
      const { errorId, detail } = await bodyOf(fault);
      expect(detail).not.toContain("planted");
      const line = await vi.waitFor(() => {
        const found = soFar.find((text) => text.includes(errorId));
        if (found === undefined) throw new Error("not logged yet");
        return found;
      });
      expect(line).toContain("a planted fault");
    });
    for (const text of given) expect(lines.join("\n")).not.toContain(text);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("level");
  });
});
