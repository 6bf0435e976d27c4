/**
 * Sources of knowledge packs. A source's text is cut into chunks, each a document of the pack's store; the chunks know their
 * source by the `loaderId` in their metadata.
 */
import type { StoredDocument } from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { failed } from "../inputs.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { readableText } from "./readable-text.ts";

const category = "Behave/Knowledge";
const status = "needs-service" as const;

/** By wire, or as it was chosen in the node. */
export function packOf(call: BehaveCall): string {
  const { packId } = call.configuration;
  const chosen = typeof packId === "string" && packId !== "packId" ? packId : "";
  const id = call.text("packId") || chosen;
  if (id === "")
    throw failed(call.context, "names no knowledge pack. Choose one, or wire its id to 'packId'.");
  return id;
}

export const chunksOf = async (
  call: BehaveCall,
  storeId: string,
  loaderId?: string,
): Promise<StoredDocument[]> => {
  const { data } = await askService(call.context, "documents", (documents, ask) =>
    documents.find(ask, {
      storeId,
      ...(loaderId === undefined ? {} : { "metadata.loaderId": loaderId }),
      $limit: 1000,
    }),
  );
  return data;
};

/** Long enough for a thought, short enough for a prompt. */
const chunkLength = 1500;
/** As many documents as are stored at once. */
const maxChunks = 1000;

/** Cuts where a paragraph ends, else a sentence, else a word. */
function chunked(call: BehaveCall, text: string): string[] {
  const chunks: string[] = [];
  for (let rest = text.trim(); rest !== "";) {
    let end = rest.length;
    if (end > chunkLength) {
      const head = rest.slice(0, chunkLength);
      const ends = [head.lastIndexOf("\n\n"), head.lastIndexOf(". ") + 1, head.lastIndexOf(" ")];
      end = ends.find((place) => place > chunkLength / 2) ?? chunkLength;
    }
    chunks.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
    if (chunks.length > maxChunks)
      throw failed(call.context, `the text is too long: it makes more than ${maxChunks} chunks.`);
  }
  return chunks;
}

async function taken(call: BehaveCall, text: string) {
  const storeId = packOf(call);
  const title = call.text("name").slice(0, 2000);
  const chunks = chunked(call, text);
  if (chunks.length === 0) throw failed(call.context, "the source has no text.");
  const loaderId = await askService(call.context, "documents", async (documents, ask) => {
    // The same on each attempt, so that a source that was taken in before a retry keeps its name.
    const id = ask.idempotencyKey ?? `${call.context.nodeId}:${call.context.visit}`;
    await documents.createMany(
      ask,
      chunks.map((content) => ({ content, title, storeId, type: "knowledge", metadata: { loaderId: id } })),
    );
    return id;
  });
  return { outputs: { loaderId, status: "completed" } };
}

const sourceSockets = { flow: "flow", name: "string", description: "string", packId: "string" };
const sourceOutputs = { flow: "flow", loaderId: "string", status: "string" };

const addText = behaveComponent({
  name: "knowledge/embedder/addTextSource",
  category,
  status,
  help: "Takes a text into a knowledge pack, in chunks.",
  in: { ...sourceSockets, text: "string" },
  out: sourceOutputs,
  run: (call) => taken(call, call.text("text")),
});

const addWeb = behaveComponent({
  name: "knowledge/embedder/addWebSource",
  category,
  status,
  help: "Takes the text of a web page, or a text, into a knowledge pack.",
  in: { ...sourceSockets, urlOrContent: "string" },
  out: sourceOutputs,
  async run(call) {
    const given = call.text("urlOrContent").trim();
    if (!/^https?:\/\/\S+$/.test(given)) return taken(call, readableText(given));
    const { status: code, body } = await askService(call.context, "http", (http, ask) =>
      http.request(ask, { method: "GET", url: given }),
    );
    if (code >= 400) throw failed(call.context, `${given.slice(0, 200)} answered with status ${code}.`);
    return taken(call, typeof body === "string" ? readableText(body) : JSON.stringify(body));
  },
});

const awaitLoader = behaveComponent({
  name: "knowledge/embedder/awaitLoader",
  category,
  status,
  help: "Tells whether a source was taken into a knowledge pack. Sources are taken in at once here, so it fires 'completed' or 'failed' without waiting.",
  in: { flow: "flow", cancel: "flow", loaderId: "string", packId: "string" },
  out: {
    completed: "flow",
    failed: "flow",
    pending: "flow",
    processing: "flow",
    lastStatus: "string",
    result: "object",
  },
  async run(call) {
    if (call.trigger === "cancel") return { fired: [] };
    const loaderId = call.text("loaderId");
    const chunks = loaderId === "" ? [] : await chunksOf(call, packOf(call), loaderId);
    const lastStatus = chunks.length > 0 ? "completed" : "failed";
    const result: JsonObject = {
      id: loaderId,
      status: lastStatus,
      chunks: chunks.map(({ content }) => content),
    };
    return { outputs: outputs({ lastStatus, result }), fired: [lastStatus] };
  },
});

export const packSourceComponents: CatalogueEntry[] = [addText, addWeb, awaitLoader];
