/** The http service: one guarded request to the outside. Addresses inside the host's own network are refused. */
import * as z from "zod";
import { json } from "../values.ts";
import type { ServiceCall } from "./call.ts";

export const httpMethod = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
export type HttpMethod = z.infer<typeof httpMethod>;

export const httpRequest = z.strictObject({
  method: httpMethod,
  /** http or https. */
  url: z.string().min(1).max(8192),
  headers: z.record(z.string().max(200), z.string().max(16_384)).optional(),
  /** Added to those in the address; a list gives its name several times. */
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  /** A text as it is, anything else as JSON. */
  body: json.optional(),
  timeoutMs: z.number().int().positive().max(300_000).optional(),
});
export type HttpRequest = z.infer<typeof httpRequest>;

export const httpResponse = z.object({
  status: z.number().int(),
  /** Names in small letters. */
  headers: z.record(z.string(), z.string()),
  /** JSON where the answer says that it is; else text. Bytes that are neither come as a data: address. */
  body: json,
});
export type HttpResponse = z.infer<typeof httpResponse>;

export interface HttpService {
  /**
   * Gives answers of every status; follows redirects.
   * @throws SpellError `bad_request`, `forbidden` for an address that is refused, `provider_error` where no answer came,
   * `provider_timeout`, `too_large`
   */
  request(call: ServiceCall, request: HttpRequest): Promise<HttpResponse>;
}
