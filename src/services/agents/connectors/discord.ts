/**
 * Discord by interactions: commands, buttons and forms come as signed requests, are answered "thinking" at once, and get their
 * reply in the place of that. https://docs.discord.com/developers/interactions/receiving-and-responding
 */
import * as z from "zod";
import { parseJson } from "../../../platform/json.ts";
import { SpellError } from "../../../protocol/errors.ts";
import { json, type JsonObject } from "../../../protocol/values.ts";
import type { AgentHookRequest } from "../../../protocol/services.ts";
import { askProvider } from "../../provider/ask-provider.ts";
import { type Connector, type ConnectorBinding, type Outgoing, partsOf, type Received } from "./connector.ts";
import type { Message } from "../inbox.ts";

type DiscordBinding = Extract<ConnectorBinding, { connector: "discord" }>;

const defaultUrl = "https://discord.com/api/v10";
/** Characters of one message. */
const maxLength = 2000;
/** Nothing that a spell says may call everyone together. */
const quietly = { allowed_mentions: { parse: [] } };
/** An older request is a copy of one. */
const maxAgeS = 300;

const user = z.object({ id: z.string(), username: z.string().optional(), global_name: z.string().nullish() });
type Option = { name: string; value?: unknown; options?: Option[] | undefined };
const option: z.ZodType<Option> = z.lazy(() =>
  z.object({ name: z.string(), value: json.optional(), options: z.array(option).optional() }),
);
/** Stands in a path, where two dots lead elsewhere: whoever has the key of a binding of his own can sign what he likes. */
const pathPart = z.string().regex(/^(?!\.{1,2}$)[\w.-]+$/);
const interaction = z.object({
  id: z.string(),
  type: z.number(),
  token: pathPart,
  application_id: pathPart,
  channel_id: z.string().optional(),
  guild_id: z.string().optional(),
  user: user.optional(),
  member: z.object({ user: user.optional(), nick: z.string().nullish() }).optional(),
  data: z
    .object({
      name: z.string().optional(),
      options: z.array(option).optional(),
      custom_id: z.string().optional(),
      values: z.array(z.string()).optional(),
      components: z.array(json).optional(),
    })
    .optional(),
});
type Interaction = z.infer<typeof interaction>;

export const discord: Connector<DiscordBinding> = {
  secretsOf: () => [],

  async receive({ data: { publicKey } }, request): Promise<Received> {
    await checkSignature(publicKey, request);
    const body = bodyOf(request.body);
    if (body.type === 1) return { answer: { status: 200, body: { type: 1 } } };
    // Choices while somebody types: there are none to give.
    if (body.type === 4) return { answer: { status: 200, body: { type: 8, data: { choices: [] } } } };
    const from = body.member?.user ?? body.user;
    const { token: _token, ...rawData } = JSON.parse(request.body) as JsonObject;
    return {
      answer: { status: 200, body: { type: 5 } },
      message: {
        key: `discord:${body.id}`,
        content: contentOf(body),
        sender: {
          id: from?.id ?? "unknown",
          name: body.member?.nick ?? from?.global_name ?? from?.username ?? "unknown",
        },
        channel: body.channel_id ?? "unknown",
        channelType: body.guild_id === undefined ? "direct" : "guild",
        rawData,
        replyTo: { application: body.application_id, token: body.token },
      },
    };
  },

  async reply(_binding, message, reply, outgoing) {
    // Something must take the place of "thinking".
    const parts = partsOf(reply.text.trim() === "" ? "(no answer)" : reply.text, maxLength);
    for (let sent = reply.sent; sent < parts.length; sent++) {
      await send(message, parts[sent] ?? "", sent === 0, outgoing);
      outgoing.onSent({ ...reply, sent: sent + 1 });
    }
  },

  async apologise(_binding, message, outgoing) {
    await send(message, "That did not work. Please try again later.", true, outgoing);
  },
};

/** https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
async function checkSignature(publicKey: string, { headers, body }: AgentHookRequest): Promise<void> {
  const signature = headers["x-signature-ed25519"] ?? "";
  const timestamp = headers["x-signature-timestamp"] ?? "";
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  const isGenuine =
    /^[0-9a-fA-F]{128}$/.test(signature) &&
    age <= maxAgeS &&
    (await crypto.subtle.verify(
      "Ed25519",
      await crypto.subtle.importKey("raw", bytesOf(publicKey), "Ed25519", false, ["verify"]),
      bytesOf(signature),
      new TextEncoder().encode(timestamp + body),
    ));
  if (!isGenuine) throw new SpellError("unauthorized", "The signature of the interaction does not fit.");
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** @throws SpellError `bad_request` */
function bodyOf(text: string): Interaction {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch {
    body = undefined;
  }
  const isPing = typeof body === "object" && body !== null && "type" in body && body.type === 1;
  if (isPing) return { id: "", type: 1, token: "", application_id: "" };
  const parsed = interaction.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new SpellError("bad_request", "The body is no interaction of Discord's.");
}

/** What somebody has said by it: a command's values, what was chosen, or what a form holds. */
function contentOf({ data = {} }: Interaction): string {
  const { name, options = [], custom_id: id, values, components = [] } = data;
  const said = [...valuesOf(options), ...(values ?? []), ...components.flatMap(textsOf)];
  return said.length > 0 ? said.join(" ") : (id ?? name ?? "");
}

const valuesOf = (options: readonly Option[]): string[] =>
  options.flatMap(({ value, options: inner = [] }) => [
    ...(value === undefined ? [] : [typeof value === "string" ? value : JSON.stringify(value)]),
    ...valuesOf(inner),
  ]);

/** Values of text fields, which forms nest in rows and labels. */
function textsOf(component: unknown): string[] {
  if (typeof component !== "object" || component === null) return [];
  const { value, component: one, components: many } = component as Record<string, unknown>;
  const inner = Array.isArray(many) ? many : one === undefined ? [] : [one];
  return [...(typeof value === "string" ? [value] : []), ...inner.flatMap(textsOf)];
}

/** What a reply needs. */
const interactionOf = z.object({ application: z.string(), token: z.string() });

/** The token within is good for a quarter of an hour, so nothing else is needed. */
async function send(
  { replyTo = {} }: Message,
  content: string,
  isFirst: boolean,
  { env, scope }: Outgoing,
): Promise<void> {
  const base = (env.DISCORD_BASE_URL ?? defaultUrl).replace(/\/$/, "");
  const { application, token } = interactionOf.parse(replyTo);
  const hook = `${base}/webhooks/${encodeURIComponent(application)}/${encodeURIComponent(token)}`;
  await askProvider({
    url: isFirst ? `${hook}/messages/@original` : hook,
    method: isFirst ? "PATCH" : "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "DiscordBot (https://github.com/spellrunner, 1)",
    },
    body: JSON.stringify({ content, ...quietly }),
    scope,
    apiKey: undefined,
    keySetting: "the interaction, which is good for 15 minutes",
    urlSetting: "DISCORD_BASE_URL",
  });
}
