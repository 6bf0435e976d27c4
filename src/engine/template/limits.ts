/** The bounds of a template and the meter that counts a rendering. Everything is counted: deployed clocks stand still inside pure work. */
import { SpellError } from "../../protocol/spell-error.ts";

/** Longest source, in UTF-16 units. */
export const maxSourceLength = 1024 * 1024;
/** Paths in a source: more than 1 MB of `{{a}}` holds, and fewer than fill the memory of an isolate with `{{log a a a …}}`. */
export const maxPaths = 256 * 1024;
/** Blocks, `else if` links and subexpressions open inside one another. */
export const maxNesting = 200;
export const maxOutputBytes = 8 * 1024 * 1024;
/** Nodes of the tree evaluated by one rendering, each turn of a loop anew. */
export const maxNodes = 1_000_000;

/** A `template_error` that names the line. */
export function templateError(line: number, problem: string, cause?: unknown): SpellError {
  return new SpellError("template_error", `Template line ${line}: ${problem}`, { cause });
}

/** A piece of the template as messages may quote it: a name may be as long as the source. */
export const shortened = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Counts one rendering and knows which line it is at. */
export class Meter {
  /** Line of the node under evaluation, for the errors of whatever runs inside it. */
  line = 1;
  #nodes = 0;

  /**
   * Counts `nodes` evaluated nodes, or work worth as many.
   * @throws SpellError `template_error` past {@link maxNodes}
   */
  count(nodes = 1): void {
    this.#nodes += nodes;
    if (this.#nodes > maxNodes) {
      throw this.fault(
        `rendering takes more than ${maxNodes} steps. Loop over fewer items or nest fewer loops.`,
      );
    }
  }

  /**
   * Bounds a text that is on its way to the output; a UTF-16 unit is at least one byte of UTF-8.
   * @throws SpellError `template_error` past {@link maxOutputBytes}
   */
  checkText(text: string): string {
    if (text.length > maxOutputBytes) throw this.#outputFault();
    return text;
  }

  /**
   * Bounds the finished output by its bytes in UTF-8.
   * @throws SpellError `template_error` past {@link maxOutputBytes}
   */
  checkOutput(text: string): string {
    if (text.length * 3 > maxOutputBytes && utf8Bytes(text) > maxOutputBytes) throw this.#outputFault();
    return text;
  }

  fault(problem: string): SpellError {
    return templateError(this.line, problem);
  }

  #outputFault(): SpellError {
    return this.fault(`the output is larger than ${maxOutputBytes} bytes. Put less into it.`);
  }
}

/** Counted by hand because neither TextEncoder nor Buffer is part of the language. A lone surrogate takes three bytes, as its replacement does. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if ((text.codePointAt(index) ?? 0) > 0xffff) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}
