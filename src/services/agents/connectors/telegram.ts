/** Telegram's bots by webhook. https://core.telegram.org/bots/api#getting-updates */
import * as z from "zod";
import { isSameText } from "../../../platform/crypto.ts";
import { parseJson } from "../../../platform/json.ts";
import { SpellError } from "../../../protocol/errors.ts";
import { askProvider } from "../../provider/ask-provider.ts";
import type { CallScope } from "../../provider/call-scope.ts";
import type { Env } from "../../../env.ts";
import type { JsonObject } from "../../../protocol/values.ts";
import { type Connector, type ConnectorBinding, partsOf, type Received } from "./connector.ts";

type TelegramBinding = Extract<ConnectorBinding, { connector: "telegram" }>;

const defaultUrl = "https://api.telegram.org";
/** Characters of one message. */
const maxLength = 4096;

const from = z.object({
  id: z.number(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
});
const update = z.object({
  update_id: z.number(),
  message: z
    .object({
      message_id: z.number(),
      message_thread_id: z.number().optional(),
      from: from.optional(),
      chat: z.object({ id: z.number(), type: z.string().optional(), title: z.string().optional() }),
      text: z.string().optional(),
      caption: z.string().optional(),
    })
    .optional(),
});

export const telegram: Connector<TelegramBinding> = {
  secretsOf: ({ data }) => [secretOf(data.botToken)],

  async receive(_binding, { headers, body }, secret): Promise<Received> {
    if (!isSameText(headers["x-telegram-bot-api-secret-token"] ?? "", secret))
      throw new SpellError("unauthorized", "The secret token of the update does not fit.");
    const parsed = update.safeParse(jsonOrNothing(body));
    if (!parsed.success) throw new SpellError("bad_request", "The body is no update of Telegram's.");
    const answer = { status: 200, body: { ok: true } };
    const { update_id: id, message } = parsed.data;
    const content = message?.text ?? message?.caption;
    // What says nothing is taken and forgotten, or Telegram would send it again and again.
    if (message === undefined || content === undefined) return { answer };
    const { chat, from: sender } = message;
    const names = [sender?.first_name, sender?.last_name].filter((part) => part !== undefined);
    return {
      answer,
      message: {
        key: `telegram:${id}`,
        content,
        sender: {
          id: String(sender?.id ?? chat.id),
          name: names.length > 0 ? names.join(" ") : (sender?.username ?? chat.title ?? "unknown"),
        },
        channel: String(chat.id),
        channelType: chat.type ?? "private",
        rawData: JSON.parse(body),
        replyTo: {
          chat_id: chat.id,
          ...(message.message_thread_id === undefined
            ? {}
            : { message_thread_id: message.message_thread_id }),
          reply_parameters: { message_id: message.message_id, allow_sending_without_reply: true },
        },
      },
    };
  },

  async reply({ data }, message, reply, { env, scope, secrets, onSent }) {
    const token = secrets[secretOf(data.botToken)] ?? "";
    const parts = partsOf(reply.text, maxLength);
    for (let sent = reply.sent; sent < parts.length; sent++) {
      await ask("sendMessage", { ...message.replyTo, text: parts[sent] ?? "" }, token, env, scope);
      onSent({ ...reply, sent: sent + 1 });
    }
  },

  async register({ data }, { env, scope, secrets, address, secret }) {
    const token = secrets[secretOf(data.botToken)] ?? "";
    const hook = { url: address, secret_token: secret, allowed_updates: ["message"] };
    await ask("setWebhook", hook, token, env, scope);
  },

  async unregister({ data }, { env, scope, secrets }) {
    await ask("deleteWebhook", {}, secrets[secretOf(data.botToken)] ?? "", env, scope);
  },
};

/** `NAME` of `secret:NAME`. */
const secretOf = (text: string): string => text.slice("secret:".length);

function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

async function ask(
  method: string,
  body: JsonObject,
  token: string,
  env: Env,
  scope: CallScope,
): Promise<void> {
  if (!/^[\w:-]+$/.test(token))
    throw new SpellError(
      "not_configured",
      "The secret that holds the bot's token is missing, or holds none.",
    );
  const base = (env.TELEGRAM_BASE_URL ?? defaultUrl).replace(/\/$/, "");
  await askProvider({
    url: `${base}/bot${token}/${method}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    scope,
    // In the path, so only for what is told of a failure.
    hiddenKey: token,
    keySetting: "the secret that holds the bot's token",
    urlSetting: "TELEGRAM_BASE_URL",
  });
}
