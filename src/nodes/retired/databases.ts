/** Rows of databases behind plugins, Magick's own records, and Pinecone. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const rows = {
  category: "Storage/Database",
  through: "a database plugin that is gone",
  instead: "Use Request with the HTTP API of the database instead.",
  outputs: { ...trigger, result: "any" } as const satisfies Sockets,
};
const records = {
  category: "Storage/Records",
  through: "a table of Magick's server that is gone",
};
const pinecone = {
  category: "Storage/Pinecone",
  through: "the Pinecone plugin, which is gone",
  instead: "Use Store Documents and Get Documents, or Request with Pinecone's API instead.",
};

const components: RetiredComponent[] = [
  {
    ...rows,
    name: "Select Record",
    did: "selected rows of a table",
    inputs: { ...trigger, columns: "any", condition: "any", value: "any" },
  },
  { ...rows, name: "Insert Record", did: "added rows to a table", inputs: { ...trigger, data: "any" } },
  {
    ...rows,
    name: "Update Record",
    did: "changed rows of a table",
    inputs: { ...trigger, data: "any", condition: "any", value: "any" },
  },
  {
    ...rows,
    name: "Upsert Record",
    did: "added rows to a table, or changed those that were there,",
    inputs: { ...trigger, data: "any" },
  },
  {
    ...rows,
    name: "Delete Record",
    did: "deleted rows of a table",
    inputs: { ...trigger, condition: "any", value: "any" },
  },
  {
    ...records,
    name: "Create Records",
    did: "kept an object under a key",
    instead: "Use State Write, or Cache Manager Set for what other spells read, instead.",
    inputs: { ...trigger, key: "string", data: "object" },
    outputs: { createdRecord: "object", ...trigger },
  },
  {
    ...records,
    name: "Get Records",
    did: "found the objects kept under a key",
    instead: "Use State Read, or Cache Manager Get for what other spells wrote, instead.",
    inputs: { ...trigger, key: "string" },
    outputs: { records: "array", ...trigger },
  },
  {
    ...pinecone,
    name: "Query Pinecone",
    did: "looked for the vectors nearest to an embedding",
    inputs: { embedding: "array", ...trigger },
    outputs: { ...trigger, result: "array", error: "string" },
  },
  {
    ...pinecone,
    name: "Pinecone",
    did: "looked for the texts nearest to a query",
    inputs: { query: "string", ...trigger },
    outputs: { ...trigger, result: "string", error: "string" },
  },
];

export const databaseComponents = components.map(retired);
