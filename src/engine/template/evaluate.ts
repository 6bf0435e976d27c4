/** Renders the evaluated tree. Values stay values until text is asked for, as in the code that Handlebars generates. */
import type { JsonObject } from "../../protocol/values.ts";
import { callHelper, loop, type Block, type Render } from "./helpers.ts";
import { Meter, shortened } from "./limits.ts";
import { innerScope, read, rootScope, type Scope } from "./scope.ts";
import type { Branches, Call, Expression, Program, Section, Statement, UnknownCall } from "./tree.ts";
import { add, isNothing, nullContext, textOf, type Value } from "./values.ts";

/**
 * Renders a program with a context.
 * @throws SpellError `template_error` for unknown helpers, wrong arguments and exceeded limits
 */
export function renderProgram(program: Program, context: JsonObject): string {
  const evaluation = new Evaluation();
  return evaluation.meter.checkOutput(
    textOf(evaluation.program(program, rootScope(context)), evaluation.meter),
  );
}

class Evaluation {
  readonly meter = new Meter();

  /** A program of one piece gives that piece's value itself, be it a number or a list. */
  program(program: Program, scope: Scope): Value {
    return this.#sum(program.statements, scope, program.fromText ? "" : undefined) ?? "";
  }

  /** Undefined where there is nothing to add, not even "". */
  #sum(statements: Statement[], scope: Scope, start?: Value): Value {
    let total = start;
    for (const statement of statements) {
      const value = this.#statement(statement, scope);
      if (isNothing(value) && statement.kind === "section" && statement.loose) continue;
      total = total === undefined ? (value ?? "") : add(total, value ?? "", this.meter);
    }
    return total;
  }

  #statement(statement: Statement, scope: Scope): Value {
    switch (statement.kind) {
      case "text":
        this.meter.count();
        return statement.value;
      case "sum":
        return this.#sum(statement.statements, scope);
      case "section":
        return this.#section(statement, scope);
      default:
        return this.#expression(statement, scope);
    }
  }

  #expression(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case "literal":
        this.meter.count();
        return expression.value;
      case "path":
        this.meter.line = expression.line;
        return read(expression, scope, this.meter);
      case "call":
        return this.#call(expression, scope);
      default:
        return this.#unknown(expression, scope);
    }
  }

  #call(call: Call, scope: Scope): Value {
    const { args, hash } = this.#arguments(call, scope);
    const block = call.block && this.#block(call.block, scope);
    const self = scope.context ?? nullContext;
    return callHelper(call.helper, { args, hash, self, data: scope.data, block, meter: this.meter });
  }

  /** A call of something that is no helper: an error, but for a name without a value and without arguments. */
  #unknown(call: UnknownCall, scope: Scope): Value {
    this.meter.line = call.line;
    const target = read(call.path, scope, this.meter);
    const { args } = this.#arguments(call, scope);
    const name = shortened(call.path.original);
    if (target) throw this.meter.fault(`"${name}" is a value and not a helper. Write it without arguments.`);
    if (args.length === 0) return undefined;
    throw this.meter.fault(
      `Missing helper: "${name}". The helpers are if, unless, each, with, lookup and log.`,
    );
  }

  #section(section: Section, scope: Scope): Value {
    this.meter.line = section.line;
    const value = read(section.path, scope, this.meter);
    const block = this.#block(section, scope);
    if (value === true) return block.main(scope.context);
    if (isNothing(value) || value === false) return block.inverse(scope.context);
    if (Array.isArray(value)) {
      return loop(value, block, { self: scope.context, data: scope.data, meter: this.meter });
    }
    // The original passes its own list of frames on as if it were the block's parameters.
    return block.main(value, { params: scope.params as Value[] });
  }

  #arguments(call: Call | UnknownCall, scope: Scope): { args: Value[]; hash: Map<string, Value> } {
    const args = call.params.map((param) => this.#expression(param, scope));
    const hash = new Map<string, Value>();
    for (const [key, value] of call.hash) hash.set(key, this.#expression(value, scope));
    // Arguments may stand on other lines than the call, and what follows is the call's.
    this.meter.line = call.line;
    this.meter.count();
    return { args, hash };
  }

  #block(branches: Branches, scope: Scope): Block {
    return { main: this.#render(branches.program, scope), inverse: this.#render(branches.inverse, scope) };
  }

  #render(program: Program | undefined, scope: Scope): Render {
    if (program === undefined) return () => "";
    return (context, passed = {}) => {
      this.meter.count();
      const { line } = this.meter;
      const value = this.program(program, innerScope(scope, context, passed));
      this.meter.line = line;
      return value;
    };
  }
}
