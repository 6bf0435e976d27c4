/**
 * Patterns and searches attacked: no text and no pattern of a user's makes a component, or what reads a provider's words, take the
 * square of a length or worse. Each case would take minutes or hours then, and the file's deadline would end it.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, logsOf } from "../../src/actor/sandbox/index.ts";
import { describeComponents } from "../../src/nodes/index.ts";
import { itemOfJson, itemsOfXml } from "../../src/nodes/web/feed.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { providerMessage } from "../../src/services/provider/provider-message.ts";
import { countCases } from "../helpers/count-cases.ts";
import { placesOf } from "../helpers/component-places.ts";
import { hostileTexts } from "../helpers/hostile-texts.ts";
import { anyInput as any, runNode } from "../helpers/nodes.ts";
import { memoryServices } from "../helpers/memory-services.ts";

const tried = countCases("escape suite");
beforeEach(() => tried());
afterEach(() => expect((globalThis as { ran?: unknown }).ran).toBeUndefined());

const sandbox = createSandbox({ maxSteps: 20_000_000 });
const bad = [
  "^(a+)+$",
  "(a|a)*b",
  "(?:a?){40}a{40}",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(.*)*x",
  "\\s+$",
  "(?=(a+)+$)b",
  "(a*)*\\1b",
  "([\\w-]+\\.)+$",
  "(",
  "[",
  "(?<=(a+)+)c",
  "\\u{110000}",
  "a{1,65535}{1,65535}",
];

/** Components that take a pattern, and where. */
const taking: [name: string, text: string, pattern: string, isData: boolean][] = [
  ["Regular Expression", "input", "rule", true],
  ["logic/string/match", "string", "match", false],
  ["logic/split/string", "string", "seperator", false],
];

describe.each(taking)("%s", (name, textSocket, patternPlace, isData) => {
  it.each(bad)("ends with the pattern %j", async (pattern) => {
    const texts = ["a".repeat(60) + "!", " ".repeat(50_000) + "x", "a-".repeat(5000)];
    for (const text of texts) {
      const test = runNode(
        { is: name, data: isData ? { [patternPlace]: pattern } : {} },
        { [textSocket]: text, ...(isData ? {} : { [patternPlace]: pattern }) },
        [],
        { ports: { sandbox, logsOf } },
        placesOf(name).trigger,
      );
      await test.ended;
      const end = test.events.at(-1);
      if (end?.type === "run.failed")
        expect(end.error?.code).toMatch(/^(?:sandbox_limit|code_error|node_failed)$/);
    }
    tried(texts.length - 1);
  });
});

/** What it may be given comes in by wires and is stored by editors; a megabyte of each would take the suite's time for writing alone. */
const length = 80_000;
const texts = hostileTexts(length);
const needles = [`${"a".repeat(length / 2)}b`, `b${"a".repeat(length / 2)}`];
/** They wait for somebody, go on by themselves, or make vectors of each piece in memory. */
const others =
  /^(?:Ask|Stream|Ticker|Wait for Webhook|(?:action\/)?knowledge\/.*|(?:math|flow|debug|time|variable|scene)\/.*|logic\/(?!string|split|replace|path|assocPath).*)$/;

describe("No text is too much for", () => {
  const names = describeComponents()
    .filter(
      (one) =>
        !others.test(one.name) &&
        /text|string|word|json|html|feed|template|prompt|classif|match/i.test(one.help + one.name),
    )
    .map(({ name }) => name);
  it.each(names)("%s", (name) => {
    const { sockets, keys, trigger } = placesOf(name);
    let count = 0;
    let body = "";
    const { services } = memoryServices({
      respond: () => ({ status: 200, headers: {}, body }),
      complete: () => body,
      infer: () => body,
    });
    const end = (data: JsonObject, inputs: Record<string, string>): void => {
      body = String(inputs.a);
      const ports = {
        services,
        sandbox: { call: () => ({ value: "x", logs: [] }) },
        after: () => () => undefined,
      };
      const { events } = runNode(
        { is: name, data, inputs: [any("a")] },
        inputs,
        [],
        { ports, limits: { maxVisits: 100 } },
        trigger,
      );
      expect(events.length).toBeGreaterThan(0);
      count += 1;
    };
    const all = [...sockets, "a"];
    for (const text of Object.values(texts)) {
      const both = (places: readonly string[]) => Object.fromEntries(places.map((one) => [one, text]));
      end(both(keys), both(all));
    }
    for (const at of [...all, ...keys])
      for (const needle of needles) {
        const chosen = (places: readonly string[]) =>
          Object.fromEntries(places.map((one) => [one, one === at ? "a".repeat(length) : needle]));
        end(chosen(keys), chosen(all));
      }
    tried(count - 1);
  });
});

describe("What others send is read in one pass:", () => {
  const long = hostileTexts(1_000_000);
  it.each(Object.entries(long))("%s", (_, text) => {
    for (const body of [
      text,
      JSON.stringify({ error: { message: text } }),
      JSON.stringify({ detail: [text] }),
    ])
      expect(providerMessage(body, "key").length).toBeLessThanOrEqual(300);
    expect(itemsOfXml(`<item>${text}</item>`).length).toBeLessThanOrEqual(1000);
    expect(itemsOfXml(text).length).toBeLessThanOrEqual(1000);
    expect(itemsOfXml(`${text}/>`).length).toBeLessThanOrEqual(1000);
    expect(itemOfJson({ title: "x", content_html: text })?.title).toBe("x");
    tried(6);
  });
  it("keys stay hidden where the words are cut", () => {
    const key = "sk-proj-abcd1234567890abcd1234567890";
    for (const at of [100, 290, 3960, 3990, 4000, 5000]) {
      const said = providerMessage(`${"word ".repeat(at / 5)}${key} ${"word ".repeat(2000)}`, key);
      expect(said).not.toMatch(/sk-proj|abcd/);
    }
    expect(providerMessage(`${"x".repeat(3980)}${key}`, key)).not.toMatch(/abcd/);
  });
});
