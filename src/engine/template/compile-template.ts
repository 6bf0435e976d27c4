/** Handlebars templates without `eval`, which Workers forbid: parsed by the original's parser, interpreted by us, as with `noEscape`. */
import type { Json } from "../../protocol/values.ts";
import { renderProgram } from "./evaluate.ts";
import { lowerProgram } from "./lower-program.ts";
import { parseTemplate } from "./parse.ts";

export interface Template {
  /**
   * Renders with the names of `context`; nothing is escaped. The context is not changed.
   * @throws SpellError `template_error` that names the line, for unknown helpers, wrong arguments, more than 8 MB of
   * output or 1 000 000 evaluated nodes
   */
  render(context: Record<string, Json>): string;
}

const maxCachedTemplates = 64;
/** A tree takes up to seventy bytes for each character of its source, and an isolate has 128 MB. */
const maxCachedCharacters = 128 * 1024;

/** In order of use, the latest last. Holds nothing but what its keys determine, so all callers may share it. */
const cache = new Map<string, Template>();
let cachedCharacters = 0;

/**
 * Parses a template of Handlebars 4.7, once for equal sources that are used again soon.
 * Partials and decorators are not supported; the helpers are if, unless, each, with, lookup and log.
 * @throws SpellError `template_error` that names the line and the problem, also above 1 MB of source or 200 levels of nesting
 */
export function compileTemplate(source: string): Template {
  const cached = cache.get(source);
  if (cached !== undefined) {
    cache.delete(source);
    cache.set(source, cached);
    return cached;
  }
  const program = lowerProgram(parseTemplate(source));
  const template: Template = { render: (context) => renderProgram(program, context) };
  remember(source, template);
  return template;
}

function remember(source: string, template: Template): void {
  if (source.length > maxCachedCharacters) return;
  cache.set(source, template);
  cachedCharacters += source.length;
  for (const oldest of cache.keys()) {
    if (cache.size <= maxCachedTemplates && cachedCharacters <= maxCachedCharacters) break;
    cache.delete(oldest);
    cachedCharacters -= oldest.length;
  }
}
