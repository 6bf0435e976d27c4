/** Limits as an operator sets them. */
import { SpellError } from "../protocol/errors.ts";

/**
 * The limit of that name; `Infinity` where none is set, or `off`.
 * @throws SpellError `not_configured`, naming the setting that is no positive whole number
 */
export function limitOf<Name extends string>(env: { readonly [N in Name]?: string }, name: Name): number {
  const text = env[name]?.trim() ?? "";
  if (text === "" || text === "off") return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new SpellError("not_configured", `${name} must be a positive whole number, or \`off\`.`);
}
