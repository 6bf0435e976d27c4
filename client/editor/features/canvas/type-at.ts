import type { SpellDocument } from "../../../lib/index.ts";
import { type Socket, socketsOf } from "../../core/sockets.ts";
import type { ComponentDescription } from "../../stores/catalogue.ts";

/** Of what type a socket of a node is. */
export const typeAt =
  (document: SpellDocument, byName: ReadonlyMap<string, ComponentDescription>) =>
  (node: string, side: "inputs" | "outputs", socket: string): Socket["type"] => {
    const component = byName.get(document.nodes[node]?.component ?? "");
    return socketsOf(document, node, component)[side].find(({ name }) => name === socket)?.type ?? "any";
  };
