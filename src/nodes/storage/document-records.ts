/** Documents as the search server of 2022 had them: title and description, in stores with names. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { NewDocument, StoredDocument } from "../../protocol/services.ts";
import { maxDocumentsAtOnce } from "../../protocol/services.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { optionalText, parsedJson, setText } from "../given.ts";
import { failed, neededText, shown, wrongKind } from "../inputs.ts";
import { idFrom, neededId } from "./ids.ts";

const category = "Storage/Documents";

/** A stored document with the names of 2022 beside ours. */
const recordOf = ({ id, title = "", content, ...rest }: StoredDocument): JsonObject => ({
  id,
  title,
  description: content,
  isIncluded: rest.isIncluded ?? true,
  content,
  date: rest.date,
  ...(rest.storeId === undefined ? {} : { storeId: rest.storeId }),
  ...(rest.type === undefined ? {} : { type: rest.type }),
  ...(rest.metadata === undefined ? {} : { metadata: rest.metadata }),
});

function storeIdIn(context: NodeContext): { storeId?: string } {
  const value = context.value("storeId");
  return value === undefined || value === null || value === ""
    ? {}
    : { storeId: idFrom(context, "storeId", value) };
}

/** A switch by wire: true, `"true"` and 1 are on; undefined where nothing is wired. */
function flagIn(context: NodeContext, socket: string): boolean | undefined {
  const value = context.value(socket);
  if (value === undefined || value === null) return undefined;
  return value === true || value === "true" || value === 1;
}

export const documentGet = defineComponent({
  name: "Document Get",
  aliases: [],
  category,
  status: "needs-service",
  help: "Gives the document with the id: an object with title and description.",
  inputs: [input("id", "any", { required: true }), trigger()],
  outputs: [trigger(), output("output", "object")],
  data: z.object({}),
  async execute(context) {
    const id = neededId(context, "id");
    const row = await askService(context, "documents", (documents, call) => documents.get(call, id));
    return { outputs: { output: recordOf(row) } };
  },
});

export const documentSet = defineComponent({
  name: "Document Set",
  aliases: [],
  category,
  status: "needs-service",
  help: "Makes a document of title and description in the store, and gives its id. Searches leave it out where 'isIncluded' is false.",
  inputs: [
    input("storeId", "any"),
    input("title", "string"),
    input("description", "string"),
    input("isIncluded", "boolean"),
    trigger(),
  ],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  async execute(context) {
    const isIncluded = flagIn(context, "isIncluded");
    const document: NewDocument = {
      title: optionalText(context, "title") ?? "",
      content: optionalText(context, "description") ?? "",
      ...(isIncluded === undefined ? {} : { isIncluded }),
      ...storeIdIn(context),
    };
    const { id } = await askService(context, "documents", (documents, call) =>
      documents.create(call, document),
    );
    return { outputs: { output: id } };
  },
});

export const documentEdit = defineComponent({
  name: "Document Edit",
  aliases: [],
  category,
  status: "needs-service",
  help: "Changes what is wired of the document: its store, description, keywords, whether searches include it.",
  inputs: [
    input("documentId", "any", { required: true }),
    input("storeId", "any"),
    input("keywords", "string"),
    input("description", "string"),
    input("isIncluded", "boolean"),
    trigger(),
  ],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const id = neededId(context, "documentId");
    const description = optionalText(context, "description");
    const keywords = optionalText(context, "keywords");
    const isIncluded = flagIn(context, "isIncluded");
    const changes = {
      ...storeIdIn(context),
      ...(description === undefined ? {} : { content: description }),
      // Until 2022-06 what is now the title was a list of keywords.
      ...(keywords === undefined ? {} : { title: keywords }),
      ...(isIncluded === undefined ? {} : { isIncluded }),
    };
    await askService(context, "documents", (documents, call) => documents.patch(call, id, changes));
    return {};
  },
});

export const documentDelete = defineComponent({
  name: "Document Delete",
  aliases: [],
  category,
  status: "needs-service",
  help: "Removes the document with the id.",
  inputs: [input("docId", "any", { required: true }), trigger()],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const id = neededId(context, "docId");
    await askService(context, "documents", (documents, call) => documents.remove(call, id));
    return {};
  },
});

export const documentSetMass = defineComponent({
  name: "Document Set Mass",
  aliases: [],
  category,
  status: "needs-service",
  help: "Makes a document of each of the list (objects with title and description, or texts) in the store: the one of the id, else the one of the node's store name, which is made where there is none.",
  inputs: [input("storeId", "any"), input("documents", "any", { required: true }), trigger()],
  outputs: [trigger()],
  data: z.object({ store_name: z.string().nullish() }),
  async execute(context, data) {
    const rows = documentsIn(context);
    if (rows.length === 0) return {};
    const storeId = storeIdIn(context).storeId ?? (await storeNamed(context, setText(data.store_name)));
    for (let i = 0; i < rows.length; i += maxDocumentsAtOnce) {
      const batch = rows
        .slice(i, i + maxDocumentsAtOnce)
        .map((row) => (storeId === undefined ? row : { ...row, storeId }));
      await askService(context, "documents", (documents, call) => documents.createMany(call, batch));
    }
    return {};
  },
});

function documentsIn(context: NodeContext): NewDocument[] {
  const given = needed(context, "documents");
  const list = typeof given === "string" ? parsedJson(given) : given;
  if (!Array.isArray(list)) throw wrongKind(context, "documents", "a list, or JSON of one", given);
  return list.map((item, i) => {
    if (typeof item === "string") return { content: item };
    const text = isJsonObject(item) ? (item.description ?? item.content) : undefined;
    if (!isJsonObject(item) || typeof text !== "string")
      throw failed(
        context,
        `document ${i + 1} must be a text or have a "description", but is ${shown(item)}.`,
      );
    return {
      content: text,
      ...(typeof item.title === "string" ? { title: item.title } : {}),
      ...(typeof item.isIncluded === "boolean" ? { isIncluded: item.isIncluded } : {}),
      ...(typeof item.type === "string" ? { type: item.type } : {}),
      ...(isJsonObject(item.metadata) ? { metadata: item.metadata } : {}),
    };
  });
}

/** The id of the store of that name, which is made where there is none. */
async function storeNamed(context: NodeContext, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const { data } = await askService(context, "documents", (documents, call) =>
    documents.findStores(call, { name, $limit: 1 }),
  );
  if (data[0] !== undefined) return data[0].id;
  const made = await askService(context, "documents", (documents, call) =>
    documents.createStore(call, { name }),
  );
  return made.id;
}

export const documentStoreGet = defineComponent({
  name: "Document Store Get",
  aliases: [],
  category,
  status: "needs-service",
  help: "Gives the id of the document store with the name, or 0 where there is none.",
  inputs: [input("name", "any", { required: true }), trigger()],
  outputs: [trigger(), output("output", "any")],
  data: z.object({}),
  async execute(context) {
    const name = neededText(context, "name");
    const { data } = await askService(context, "documents", (documents, call) =>
      documents.findStores(call, { name, $limit: 1 }),
    );
    const id: Json = data[0]?.id ?? 0;
    return { outputs: { output: id } };
  },
});
