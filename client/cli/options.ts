/**
 * Reads a command's arguments strictly. citty describes the commands and prints their help; by itself it keeps the last
 * of several values and lets misspelt options pass.
 */
import { SpellError } from "../../src/protocol/errors.ts";

export interface OptionSpec {
  type?: "positional" | "string" | "boolean" | undefined;
  valueHint?: string | undefined;
}

export interface Options {
  positionals: string[];
  /** Values of each option, in the order in which they were given. */
  values: ReadonlyMap<string, readonly string[]>;
  flags: ReadonlySet<string>;
}

/**
 * @param repeatable options that may be given more than once
 * @throws SpellError `bad_request` for an unknown option, a missing or second value, one positional too many
 */
export function readOptions(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
  repeatable: readonly string[] = [],
): Options {
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  const maxPositionals = Object.values(specs).filter(({ type }) => type === "positional").length;
  const rest = [...args];
  let isLiteral = false;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--" && !isLiteral) isLiteral = true;
    else if (isLiteral || !arg.startsWith("-") || arg === "-") {
      if (positionals.push(arg) > maxPositionals) throw tooMany(arg);
    } else {
      const [name, inline] = split(arg);
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      if (spec === undefined || spec.type === "positional" || !arg.startsWith("--"))
        throw unknown(arg, specs);
      if (spec.type === "boolean") {
        if (inline !== undefined) throw usage(`--${name} takes no value.`);
        flags.add(name);
        continue;
      }
      const value = inline ?? rest.shift();
      if (value === undefined || (inline === undefined && value.startsWith("--")))
        throw usage(`--${name} needs a value, as in \`--${name} ${spec.valueHint ?? "VALUE"}\`.`);
      const given = values.get(name) ?? [];
      if (given.push(value) > 1 && !repeatable.includes(name)) throw usage(`--${name} is given twice.`);
      values.set(name, given);
    }
  }
  return { positionals, values, flags };
}

/** The one value of an option that may be given once. */
export const valueOf = (options: Options, name: string): string | undefined => options.values.get(name)?.[0];

function split(arg: string): [string, string | undefined] {
  const end = arg.indexOf("=");
  return end === -1 ? [arg.slice(2), undefined] : [arg.slice(2, end), arg.slice(end + 1)];
}

const usage = (message: string): SpellError => new SpellError("bad_request", message);

function unknown(arg: string, specs: Readonly<Record<string, OptionSpec>>): SpellError {
  const names = Object.entries(specs).filter(([, { type }]) => type !== "positional");
  return usage(
    `There is no option ${arg.split("=", 1)[0]}. There are: ${names.map(([name]) => `--${name}`).join(", ")}.`,
  );
}

const tooMany = (arg: string): SpellError =>
  usage(
    `"${arg}" is one argument too many. npm keeps options to itself unless \`--\` stands before them: npm run spell -- run FILE --input key=text.`,
  );
