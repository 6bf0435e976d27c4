/** The cache of 2022: values by key. Its `agent` was never looked at, and is not now. */
import * as z from "zod";
import { askService } from "../ask-service.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { someText } from "../given.ts";

const category = "Storage/Cache";
const key = input("key", "string", { required: true });
const agent = input("agent", "any");

export const cacheManagerGet = defineComponent({
  name: "Cache Manager Get",
  aliases: [],
  category,
  status: "needs-service",
  help: "Gives the value kept under the key, an empty text where there is none. It may be a minute old.",
  inputs: [key, agent, trigger()],
  outputs: [trigger(), output("output")],
  data: z.object({}),
  async execute(context) {
    const name = someText(context, "key");
    const cached = await askService(context, "cache", (cache, call) => cache.get(call, name));
    return { outputs: { output: cached?.value ?? "" } };
  },
});

export const cacheManagerSet = defineComponent({
  name: "Cache Manager Set",
  aliases: [],
  category,
  status: "needs-service",
  help: "Keeps the value under the key, in place of what was there.",
  inputs: [key, agent, input("value", "any", { required: true }), trigger()],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const name = someText(context, "key");
    const value = needed(context, "value");
    await askService(context, "cache", (cache, call) => cache.set(call, name, value));
    return {};
  },
});

export const cacheManagerDelete = defineComponent({
  name: "Cache Manager Delete",
  aliases: [],
  category,
  status: "needs-service",
  help: "Forgets what is kept under the key.",
  inputs: [key, agent, trigger()],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const name = someText(context, "key");
    await askService(context, "cache", (cache, call) => cache.delete(call, name));
    return {};
  },
});
