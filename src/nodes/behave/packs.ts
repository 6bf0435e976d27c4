/** Knowledge packs: document stores whose texts come from sources (`pack-sources.ts`). */
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import type { CatalogueEntry } from "../define.ts";
import { failed } from "../inputs.ts";
import { answered } from "./knowledge.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { chunksOf, packOf } from "./pack-sources.ts";

const category = "Behave/Knowledge";
const status = "needs-service" as const;

const create = behaveComponent({
  name: "knowledge/embedder/createKnowledgePack",
  category,
  status,
  help: "Makes a knowledge pack: a store of documents with a name.",
  in: { flow: "flow", name: "string", description: "string" },
  out: { flow: "flow", id: "string", name: "string", description: "string", createdAt: "string" },
  async run(call) {
    const name = call.text("name");
    if (name === "") throw failed(call.context, '"name" is empty; a pack needs a name.');
    const { id } = await askService(call.context, "documents", (documents, ask) =>
      documents.createStore(ask, { name: name.slice(0, 300) }),
    );
    const createdAt = new Date(call.context.now).toISOString();
    return { outputs: { id, name, description: call.text("description"), createdAt } };
  },
});

const remove = behaveComponent({
  name: "knowledge/embedder/deleteKnowledgePack",
  category,
  status,
  help: "Removes a knowledge pack and all its texts.",
  in: { flow: "flow", id: "string" },
  out: { flow: "flow", result: "string" },
  async run(call) {
    const id = call.text("id");
    if (id === "") throw failed(call.context, '"id" is empty; it says which pack to remove.');
    await askService(call.context, "documents", (documents, ask) => documents.removeStore(ask, id));
    return { outputs: { result: "" } };
  },
});

const list = behaveComponent({
  name: "knowledge/embedder/getManyPacks",
  category,
  status,
  help: "Gives all knowledge packs by id and name.",
  in: { flow: "flow" },
  out: { flow: "flow", packs: "array" },
  async run(call) {
    const { data } = await askService(call.context, "documents", (documents, ask) =>
      documents.findStores(ask, { $limit: 1000 }),
    );
    return { outputs: { packs: data.map(({ id, name }): JsonObject => ({ id, name })) } };
  },
});

const get = behaveComponent({
  name: "knowledge/embedder/getPack",
  category,
  status,
  help: "Gives a knowledge pack and the sources that its texts are from.",
  in: { flow: "flow", packId: "string" },
  out: {
    flow: "flow",
    id: "string",
    name: "string",
    description: "string",
    createdAt: "string",
    sources: "array",
  },
  async run(call) {
    const storeId = packOf(call);
    const { data } = await askService(call.context, "documents", (documents, ask) =>
      documents.findStores(ask, { id: storeId }),
    );
    const [store] = data;
    if (store === undefined)
      throw failed(call.context, `there is no knowledge pack "${storeId.slice(0, 100)}".`);
    const sources = new Map<string, JsonObject>();
    for (const { metadata = {}, title = "" } of await chunksOf(call, storeId))
      if (typeof metadata.loaderId === "string" && !sources.has(metadata.loaderId))
        sources.set(metadata.loaderId, { id: metadata.loaderId, name: title, status: "completed" });
    return { outputs: { id: store.id, name: store.name, description: "", sources: [...sources.values()] } };
  },
});

const getChunks = behaveComponent({
  name: "knowledge/embedder/getChunks",
  category,
  status,
  help: "Gives the texts of a knowledge pack that are from one source.",
  in: { flow: "flow", packId: "string", loaderId: "string" },
  out: { flow: "flow", chunks: "array" },
  async run(call) {
    const { loaderId: chosen } = call.configuration;
    const loaderId = call.text("loaderId") || (typeof chosen === "string" ? chosen : "");
    const chunks = await chunksOf(call, packOf(call), loaderId === "" ? undefined : loaderId);
    return { outputs: { chunks: chunks.map(({ content }) => content) } };
  },
});

const passages = async (call: BehaveCall, question: string): Promise<{ title: string; text: string }[]> => {
  const storeId = packOf(call);
  if (question.trim() === "") return [];
  const { results } = await askService(call.context, "search", (search, ask) =>
    search.query(ask, { query: question.slice(0, 4000), in: "documents", storeId, limit: 5 }),
  );
  return results.map(({ title, text }) => ({ title, text }));
};

const getContext = behaveComponent({
  name: "knowledge/embedder/getContext",
  category,
  status,
  help: "Gives the texts of a knowledge pack that fit a question best.",
  in: { flow: "flow", query: "string", packId: "string" },
  out: { flow: "flow", context: "array" },
  async run(call) {
    const found = await passages(call, call.text("query"));
    const context: Json[] = found.map(({ title, text }) => ({
      pageContent: text,
      metadata: { source: title },
    }));
    return { outputs: { context } };
  },
});

const queryPack = behaveComponent({
  name: "knowledge/embedder/queryPack",
  category,
  status,
  help: "Has a language model answer a question from the texts of a knowledge pack.",
  in: { flow: "flow", query: "string", packId: "string" },
  out: { flow: "flow", result: "string", sources: "array" },
  async run(call) {
    const question = call.text("query");
    const found = await passages(call, question);
    const answer = await answered(
      call,
      question,
      found.map(({ text }) => text),
    );
    const sources = [...new Set(found.map(({ title }) => title).filter((title) => title !== ""))];
    return { outputs: { result: answer.text, sources }, usage: answer.usage };
  },
});

export const packComponents: CatalogueEntry[] = [create, remove, list, get, getChunks, getContext, queryPack];
