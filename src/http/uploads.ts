/** Files for the documents service: the bytes alone, with the rest in the address, or a form. */
import { boundOf, boundServices } from "../platform/bound-services.ts";
import { SpellError } from "../protocol/errors.ts";
import type { UploadRequest } from "../protocol/services.ts";
import type { JsonObject } from "../protocol/values.ts";
import { readBytes } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, problemAnswer, type RouteContext } from "./route.ts";
import { keyHeader, serviceCallOf } from "./services.ts";
import * as z from "zod";

const fields = z.object({
  name: z.string().optional().describe("Of the file; needed where the body is the file itself"),
  storeId: z.string().optional(),
  type: z.string().optional().describe("The `type` of the documents that it becomes"),
  metadata: z.string().optional().describe("JSON object, of each of those documents"),
  chunkSize: z.string().optional().describe("Characters of a document, 1000 unless given"),
  overlap: z.string().optional().describe("Characters that stand in two documents, 150 unless given"),
  embed: z.enum(["auto", "always", "never"]).optional(),
});

export function addUploadRoute(app: App): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/services/documents/upload",
      summary: "Upload a file, which is read and stored as documents; `getFile` tells how far that is",
      tag: "services",
      access: "user",
      query: fields,
      headers: keyHeader,
      body: {
        schema: "UploadRequest",
        required: true,
        otherwise: "The file itself under its content type, or a form with a `file` and these fields",
      },
      responses: {
        202: answer("The file, which is being read", "DocumentFile"),
        413: problemAnswer("It is larger than 16 MB"),
      },
    },
    upload,
  );
}

async function upload(c: RouteContext): Promise<Response> {
  const documents = boundOf(boundServices(c.env), "documents");
  const { request, bytes } = await fileOf(c.req.raw);
  const file = await documents.upload(serviceCallOf(c), request as unknown as UploadRequest, bytes);
  return json(file, 202);
}

async function fileOf(raw: Request): Promise<{ request: JsonObject; bytes: Uint8Array }> {
  const contentType = raw.headers.get("content-type") ?? "";
  const inAddress = Object.fromEntries(new URL(raw.url).searchParams);
  const body = await readBytes(raw, maxBodyBytes.upload);
  if (!/^multipart\/form-data\b/i.test(contentType))
    return { request: requestOf({ mimeType: contentType, ...inAddress }), bytes: body };
  const form = await formOf(body, contentType);
  const file = form.get("file");
  if (file === null || typeof file === "string")
    throw new SpellError("bad_request", "The form has no `file`.", {
      errors: [{ path: "file", message: "missing" }],
    });
  const given = Object.fromEntries([...form].filter(([name]) => name !== "file"));
  return {
    request: requestOf({ name: file.name, mimeType: file.type, ...inAddress, ...(given as JsonObject) }),
    bytes: new Uint8Array(await file.arrayBuffer()),
  };
}

async function formOf(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new SpellError("bad_request", "The body is no form as its content type says.");
  }
}

/** Fields of addresses and forms are texts; what they mean is checked by the service. */
function requestOf(given: Record<string, unknown>): JsonObject {
  const filled = Object.entries(given).filter(([, value]) => value !== "");
  return Object.fromEntries(
    filled.map(([name, value]) => {
      const isData = name === "chunkSize" || name === "overlap" || name === "metadata";
      return [name, isData ? dataOf(String(value)) : value];
    }),
  ) as JsonObject;
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
