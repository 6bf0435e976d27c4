/** Small languages at the edge: tokens, cursors, cron patterns, and what is sent to a webhook. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../src/db/cursor.ts";
import { readAuthConfig } from "../../src/platform/auth-config.ts";
import { Authenticator } from "../../src/platform/authenticator.ts";
import { problem, SpellError } from "../../src/protocol/errors.ts";
import { scheduleFault } from "../../src/services/agents/cron-times.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { campaign, campaignTimeoutMs } from "../helpers/campaign.ts";
import { any, spell } from "../helpers/spells.ts";
import { splices, splicedText } from "../helpers/text-mutations.ts";
import { authSecret, tokenOf } from "../helpers/tokens.ts";

const { check } = campaign("credentials");

let hook = "";

beforeAll(async () => {
  const user = userNamed("fuzz-hooks");
  const fed = spell(
    { w: { is: "Webhook In", data: { reply: "outputs" }, outputs: [any("body")] }, o: "Output:got" },
    `
    w.trigger > o.trigger
    w.body > o.input`,
  );
  expect((await user.ask("/spells/demo", { method: "PUT", body: fed })).status).toBe(201);
  const played = await bodyOf(await user.ask("/spells/demo/play", { method: "POST" }));
  hook = String(played.sources[0]?.hook);
  expect(hook).toMatch(/^\/hooks\//);
});

/** All that a header or an address can carry. */
const ascii = (text: string): string => text.replaceAll(/[^!-~]/g, "?");

describe("a token", () => {
  it("that was changed is nobody's, or the same one's", { timeout: campaignTimeoutMs }, async () => {
    const authenticator = new Authenticator(readAuthConfig({ AUTH_SECRET: authSecret }));
    const token = await tokenOf("alice");
    await check(splices, 300, async (changes) => {
      const other = splicedText(token, changes);
      try {
        const { userId } = await authenticator.verify(other);
        // Signatures have bits that stand for nothing, so that another text may be the same token.
        expect(userId).toBe("alice");
        expect(other.split(".").slice(0, 2)).toEqual(token.split(".").slice(0, 2));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SpellError);
        expect(thrown).toMatchObject({ code: "unauthorized" });
        expect((thrown as SpellError).message).not.toContain(token.slice(-20));
      }
    });
  });
});

describe("a cursor", () => {
  it("that was changed is a key of the same shape, or refused", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(fc.constantFrom(encodeCursor([1, "a"]), encodeCursor(["é", 5])), splices),
      300,
      ([cursor, changes]) => {
        const isKey = (value: unknown): value is [number, string] =>
          Array.isArray(value) && value.length === 2;
        try {
          expect(isKey(decodeCursor(splicedText(cursor, changes), isKey))).toBe(true);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "bad_request" });
        }
      },
    ),
  );
});

describe("a cron pattern", () => {
  it("of any text has times to come, or its fault is told", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(
        fc.constantFrom(
          "0 * * * *",
          "*/5 9-17 * JAN-DEC MON,FRI",
          "0 0 31 2 *",
          "@daily",
          "0 0 L * 5#2",
          "1 2 3 4 5 6 2099",
          "0 0 29 2 1",
        ),
        fc.constantFrom("UTC", "Europe/Berlin", "No/Where", ""),
        splices,
      ),
      150,
      ([cron, timeZone, changes]) => {
        const fault = scheduleFault({ cron: splicedText(cron, changes), timeZone });
        expect(["string", "undefined"]).toContain(typeof fault);
      },
    ),
  );
});

describe("a webhook", () => {
  it("takes any body, or refuses it by a problem", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(
        fc.constantFrom(
          "application/json",
          "application/x-www-form-urlencoded",
          "text/plain",
          "multipart/form-data",
          "application/vnd.x+json; charset=x",
        ),
        fc.constantFrom(
          '{"order": 7, "list": [1, {"a": null}]}',
          "a=1&a=2&__proto__=x&b=%C3%A9",
          "plain",
          "",
        ),
        splices,
        fc.constantFrom("", "?a=1", "?__proto__=1&a=%"),
        fc.option(splices, { nil: undefined }),
      ),
      80,
      async ([type, body, changes, query, key]) => {
        const response = await ask(hook + query, {
          method: "POST",
          body: splicedText(body, changes).toWellFormed(),
          headers: {
            "content-type": type,
            ...(key === undefined ? {} : { "idempotency-key": ascii(splicedText("key", key)) }),
          },
        });
        const answered = await bodyOf(response);
        expect(response.status).toBeLessThan(500);
        if (response.status < 300) return;
        const told = problem.parse(answered);
        expect(told.code).not.toBe("internal");
      },
    ),
  );

  it("has no other address than its own", { timeout: campaignTimeoutMs }, () =>
    check(splices, 60, async (changes) => {
      const address = `/hooks/${ascii(splicedText(hook.slice("/hooks/".length), changes)).replaceAll(/[/?#%\\]/g, "x")}`;
      const response = await ask(address, { body: {} });
      const told = await bodyOf(response);
      if (address === hook) expect(response.status).toBe(200);
      else expect([response.status, told.code]).toEqual([404, "not_found"]);
    }),
  );
});
