/** Watches the tokens of a template for nesting; leaves everything else about them to the parser. */
import { maxNesting, templateError } from "./limits.ts";

/**
 * Counts what is open while the tokens go by. This must happen before the parser sees a token: it copies its whole
 * stack for every rule, so that 10 000 open blocks would take it a minute.
 */
export class Nesting {
  #depth = 0;
  /** For each open block the depth outside it and the line where it opened. */
  readonly #blocks: { depth: number; line: number }[] = [];

  /** The line of the innermost block that is still open. */
  get openBlockLine(): number | undefined {
    return this.#blocks.at(-1)?.line;
  }

  /** @throws SpellError `template_error` past {@link maxNesting} */
  see(token: string, line: number): void {
    switch (token) {
      case "OPEN_BLOCK":
      case "OPEN_INVERSE":
      case "OPEN_RAW_BLOCK":
        this.#blocks.push({ depth: this.#depth, line });
        this.#open(line);
        break;
      // Each `else if` is a block inside the one before; one closing tag ends them all.
      case "OPEN_INVERSE_CHAIN":
      case "OPEN_SEXPR":
        this.#open(line);
        break;
      case "CLOSE_SEXPR":
        this.#depth -= 1;
        break;
      case "OPEN_ENDBLOCK":
      case "END_RAW_BLOCK":
        this.#depth = this.#blocks.pop()?.depth ?? 0;
        break;
    }
  }

  #open(line: number): void {
    this.#depth += 1;
    if (this.#depth > maxNesting) {
      throw templateError(
        line,
        `blocks, else-if links and subexpressions are nested more than ${maxNesting} deep. Nest them less.`,
      );
    }
  }
}
