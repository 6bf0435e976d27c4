/** A published spell whose author has written a mark into every corner of it that others must not see. */
import { expect } from "vitest";
import type { Share } from "../../src/protocol/publications.ts";
import { bodyOf, type userNamed } from "./api.ts";
import { any, type DrawnNode, spell, trigger } from "./spells.ts";

/** Stands in ids of nodes, prompts, templates, the state and the names of sub-spells: nowhere in what the spell gives. */
export const marker = "mark-of-the-author";

type User = ReturnType<typeof userNamed>;

export interface Drawn {
  /** Of the text that it gives. */
  greeting?: string;
  /** A node between the state and the model. */
  extra?: DrawnNode;
  prompt?: string;
}

/**
 * ```
 *           in ──┬────────────────────────┐
 * go ── call (sub-spell) ── write ── extra ── model ── out
 *                └──────────── said ───────────────────┘
 * ```
 */
export function publishable(id: string, { extra = "Echo", prompt = `${marker} {{text}}` }: Drawn = {}) {
  const [call, write, model] = ["call", "write", "model"].map((name) => `${name}-${marker}`);
  return spell(
    {
      go: "Trigger In:go",
      in: "Universal Input:text",
      [`${call}`]: {
        is: "Spell",
        data: { spellId: `${id}-sub` },
        inputs: [any("text")],
        outputs: [any("said"), { ...trigger, name: "done" }],
      },
      [`${write}`]: { is: "State Write", inputs: [any(marker)] },
      extra,
      [`${model}`]: { is: "Generator", data: { fewshot: prompt }, inputs: [any("text")] },
      out: "Output:text",
    },
    `go.trigger > ${call}.trigger
     in.output > ${call}.text
     ${call}.done > ${write}.trigger
     ${call}.said > ${write}.${marker}
     ${write}.trigger > extra.trigger
     extra.trigger > ${model}.trigger
     in.output > ${model}.text
     ${model}.trigger > out.trigger
     ${call}.said > out.input`,
    { id, name: "Greeter", state: { [marker]: [marker] } },
  );
}

const subSpell = (id: string, greeting: string) =>
  spell(
    {
      go: "Trigger In:go",
      in: "Universal Input:text",
      [`fill-${marker}`]: {
        is: "Text Template",
        data: { fewshot: `${greeting}, {{text}}!`, [marker]: marker },
        inputs: [any("text")],
      },
      said: "Output:said",
      done: "Trigger Out:done",
    },
    `go.trigger > said.trigger
     in.output > fill-${marker}.text
     fill-${marker}.prompt > said.input
     said.trigger > done.trigger`,
    { id, name: marker },
  );

/** Saves the spell and its sub-spell. */
export async function saveGreeter(author: User, id: string, drawn: Drawn = {}): Promise<void> {
  const { greeting = "Hello" } = drawn;
  for (const document of [subSpell(`${id}-sub`, greeting), publishable(id, drawn)])
    expect(
      (await author.ask(`/spells/${document.id}`, { method: "PUT", body: document })).status,
    ).toBeLessThan(300);
}

export async function publish(
  author: User,
  id: string,
  body: { share?: Share; version?: number } = {},
): Promise<{ publicId: string; version: number; share: Share }> {
  const response = await author.ask(`/spells/${id}/publish`, { body });
  expect(response.status).toBe(200);
  return bodyOf(response);
}
