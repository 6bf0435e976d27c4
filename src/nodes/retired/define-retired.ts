/**
 * Components whose outside is gone: the service, the plugin or the network that they asked. A spell that has one loads,
 * draws and runs with its sockets; a run that reaches it fails and says what to use instead.
 */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import type { Socket, SocketType } from "../../protocol/spell.ts";
import { type CatalogueEntry, defineComponent } from "../define.ts";

/** Socket names with their types, in order. */
export type Sockets = Readonly<Record<string, SocketType>>;

export interface RetiredComponent {
  readonly name: string;
  /** Other spellings with the same sockets. */
  readonly aliases?: readonly string[];
  readonly category: string;
  /** What it did, after "this component": `asked Spotify for what matches the query`. */
  readonly did: string;
  /** What it did it with, which is no more: `a plugin that is gone`. */
  readonly through: string;
  /** A sentence: what to use now. */
  readonly instead: string;
  readonly inputs: Sockets;
  readonly outputs: Sockets;
  /** The author, or a provider that the node names, added sockets. */
  readonly dynamicInputs?: boolean;
  readonly dynamicOutputs?: boolean;
}

export const trigger = { trigger: "trigger" } as const satisfies Sockets;

/** Makes a component that loads and fails with `not_configured` where it is reached. */
export function retired(component: RetiredComponent): CatalogueEntry {
  const { name, aliases = [], category, did, through, instead, dynamicInputs, dynamicOutputs } = component;
  const past = `${did} through ${through}.`;
  return defineComponent({
    name,
    aliases,
    category,
    status: "retired",
    help: `It ${past} ${instead}`,
    inputs: listOf(component.inputs),
    outputs: listOf(component.outputs),
    ...(dynamicInputs === undefined ? {} : { dynamicInputs }),
    ...(dynamicOutputs === undefined ? {} : { dynamicOutputs }),
    data: z.object({}),
    execute(context) {
      throw new SpellError("not_configured", `${context.label}: this component ${past} ${instead}`);
    },
  });
}

const listOf = (sockets: Sockets): Socket[] =>
  Object.entries(sockets).map(([name, type]) => ({ name, type }));
