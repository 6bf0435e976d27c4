/** Embeddings, through the SDK's provider model. */
import type { EmbedRequest, EmbedResult } from "../../protocol/services.ts";
import { provider } from "./chat.ts";
import { explain, unusable } from "./failures.ts";
import { Transport, type ProviderRequest } from "./transport.ts";

/** One vector for each value, in their order. */
export async function embedValues(to: ProviderRequest, { values }: EmbedRequest): Promise<EmbedResult> {
  const model = provider(to, new Transport(to)).embeddingModel(to.model);
  try {
    const { embeddings, usage } = await model.doEmbed({ values });
    if (embeddings.length !== values.length) {
      throw unusable(to.settings.host, `gave ${embeddings.length} embeddings for ${values.length} values.`);
    }
    const counted = usage === undefined ? {} : { inputTokens: usage.tokens };
    return { embeddings, model: to.model, usage: { ...counted, calls: 1 } };
  } catch (error) {
    throw explain(error, to.scope, to.settings.host);
  }
}
