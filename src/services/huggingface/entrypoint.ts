/** The Hugging Face service: any model of theirs, its own JSON in and out. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  type HuggingfaceService,
  inferRequest,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askProvider, dataUrl, jsonOf } from "../provider/ask-provider.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { withinCall } from "../provider/call-scope.ts";

/** https://huggingface.co/docs/inference-providers/providers/hf-inference */
const defaultBaseUrl = "https://router.huggingface.co/hf-inference/models";

export class HuggingfaceEntrypoint extends WorkerEntrypoint<Env> implements HuggingfaceService {
  async infer(call: ServiceCall, model: string, inputs: Json, parameters?: JsonObject): Promise<Json> {
    const checked = parseArgument("huggingface", "call", serviceCall, call);
    const request = parseArgument("huggingface", "request", inferRequest, {
      model,
      inputs,
      ...(parameters === undefined ? {} : { parameters }),
    });
    const env = await withOwnKeys(this.env, checked.userId);
    const apiKey = env.HUGGINGFACE_API_KEY?.trim() || undefined;
    const baseUrl = env.HUGGINGFACE_BASE_URL?.trim() || undefined;
    if (apiKey === undefined && baseUrl === undefined)
      throw new SpellError("not_configured", "huggingface: there is no key. Set HUGGINGFACE_API_KEY.");
    const url = `${(baseUrl ?? defaultBaseUrl).replace(/\/+$/, "")}/${pathOf(request.model)}`;
    return withinCall(checked, async (scope) => {
      const answer = await askProvider({
        url,
        headers: { "content-type": "application/json", "x-wait-for-model": "true" },
        body: JSON.stringify({
          inputs: request.inputs,
          ...(request.parameters === undefined ? {} : { parameters: request.parameters }),
        }),
        scope,
        apiKey,
        keySetting: "HUGGINGFACE_API_KEY",
        urlSetting: "HUGGINGFACE_BASE_URL",
        idempotencyKey: checked.idempotencyKey,
        loadingMs,
      });
      // Pictures and sounds come as they are.
      if (/^(?:image|audio|video)\//.test(answer.type)) return dataUrl(answer.type, answer.bytes);
      return jsonOf(answer, new URL(url).host) as Json;
    });
  }
}

/** `owner/name`, each part by itself, so that a model's name leads nowhere else. @throws SpellError `bad_request` */
function pathOf(model: string): string {
  const parts = model.split("/");
  if (parts.length <= 2 && parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part)))
    return parts.join("/");
  throw new SpellError("bad_request", 'huggingface: a model is called "owner/name".', {
    errors: [{ path: "request.model", message: "not owner/name" }],
  });
}

/** A model that is not in memory says how long it will be: `{estimated_time: <seconds>}`. */
function loadingMs(body: string): number | undefined {
  const seconds = /"estimated_time"\s*:\s*([\d.]+)/.exec(body)?.[1];
  return seconds === undefined ? undefined : Math.min(5000, Number(seconds) * 1000);
}
