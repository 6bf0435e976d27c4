/** What a spell notes for itself: memories by channel and type, kept by the entities service. */
import type { Entity, Query } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { failed, shown } from "../inputs.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { circumstancesOf } from "./circumstances.ts";

const category = "Behave/Memory";
const entityType = "memory";

const memoryOf = ({ id, data, createdAt }: Entity): JsonObject => ({
  ...data,
  id,
  createdAt: new Date(createdAt).toISOString(),
});
const messageOf = ({ data }: Entity): JsonObject => ({
  role: data.role ?? "assistant",
  content: data.content ?? "",
});

const addMemory = behaveComponent({
  name: "action/memory/addMemory",
  category,
  status: "needs-service",
  help: "Keeps a text as a memory of this channel, of a role and a type; tells the nodes On Memory.",
  in: {
    flow: "flow",
    content: "string",
    role: { type: "string", default: "assistant", choices: ["user", "assistant"] },
    type: "string",
    event: "object",
  },
  out: { $added: "flow", flow: "flow", memory: "object", message: "object" },
  single: true,
  async run(call) {
    const { channel, agentId } = circumstancesOf(call);
    const type = call.text("type");
    const data = outputs({
      content: call.text("content"),
      role: call.text("role"),
      type: type === "" ? undefined : type,
      channel,
      agentId,
      event: call.given("event"),
    });
    const created = await askService(call.context, "entities", (entities, ask) =>
      entities.create(ask, { type: entityType, data }),
    );
    return { outputs: { memory: memoryOf(created), message: messageOf(created) } };
  },
});

/** Memories of the present channel that have the given parts. */
function queryOf(call: BehaveCall): Query {
  const { channel, agentId } = circumstancesOf(call);
  const query: Query = {
    type: entityType,
    ...(channel === undefined ? {} : { "data.channel": channel }),
    ...(agentId === undefined ? {} : { "data.agentId": agentId }),
  };
  for (const [name, value] of Object.entries(call.object("filter"))) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) || (typeof value === "object" && value !== null))
      throw failed(
        call.context,
        `"filter" can ask for names with a text, a number, true or false; not for ${shown(name)}.`,
      );
    query[name === "id" || name === "createdAt" ? name : `data.${name}`] = value;
  }
  return query;
}

const getMemories = behaveComponent({
  name: "action/memory/getMemories",
  category,
  status: "needs-service",
  help: "Gives the last memories of this channel, oldest first: of one type, of several, or with the parts that the filter names. 'messages' has them as Generate Text takes them.",
  in: {
    flow: "flow",
    limit: { type: "integer", default: 10 },
    type: "string",
    types: "array",
    filter: "object",
    event: "object",
  },
  out: { flow: "flow", memories: "array", messages: "array" },
  single: true,
  async run(call) {
    const types = [call.text("type"), ...call.list("types")].filter(
      (type): type is string => typeof type === "string" && type !== "",
    );
    const { data } = await askService(call.context, "entities", (entities, ask) =>
      entities.find(ask, {
        ...queryOf(call),
        ...(types.length === 0 ? {} : { "data.type": { $in: types.slice(0, 100) } }),
        $sort: { createdAt: -1 },
        $limit: Math.min(Math.max(0, call.count("limit")), 1000),
      }),
    );
    const memories = data.toReversed();
    const messages: Json[] = memories.map(messageOf).filter(({ content }) => content !== "");
    return { outputs: { memories: memories.map(memoryOf), messages } };
  },
});

/** Each is a call of its own. */
const maxRemoved = 100;

const clearMemories = behaveComponent({
  name: "action/memory/clearMemories",
  category,
  status: "needs-service",
  help: `Forgets the memories of this channel that have the parts that the filter names, up to ${maxRemoved} of them.`,
  in: { flow: "flow", filter: "object", event: "object" },
  out: { flow: "flow" },
  single: true,
  async run(call) {
    const { data } = await askService(call.context, "entities", (entities, ask) =>
      entities.find(ask, { ...queryOf(call), $sort: { createdAt: -1 }, $limit: maxRemoved }),
    );
    for (const { id } of data)
      await askService(call.context, "entities", (entities, ask) => entities.remove(ask, id));
    return {};
  },
});

const onMemory = behaveComponent({
  name: "events/memory/onMemory",
  category: "Behave/Event",
  help: "Fires when the spell has kept a memory, and gives it.",
  in: { $added: "flow", memory: "object" },
  out: { flow: "flow", memory: "object" },
  event: true,
  single: true,
  run: (call) => ({ outputs: outputs({ memory: call.given("memory") }) }),
});

export const memoryComponents: CatalogueEntry[] = [addMemory, getMemories, clearMemories, onMemory];
