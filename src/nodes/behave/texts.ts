/** Texts. Regular expressions of authors run in the sandbox, which counts their steps. */
import { listOf, readSockets } from "../../graph/behave-graph.ts";
import { compileTemplate } from "../../engine/template/index.ts";
import type { NodeOutcome } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { checkLength, checkSearch } from "../bounds.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { failed } from "../inputs.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";

const category = "Behave/Text";

const isDefined = behaveComponent({
  name: "logic/string/isDefined",
  category,
  help: "Tells whether the text is not empty.",
  in: { a: "string" },
  out: { result: "boolean" },
  run: (call) => ({ outputs: { result: call.text("a") !== "" } }),
});

const parseCommand = behaveComponent({
  name: "logic/string/parseCommand",
  category,
  help: "Takes the first word of a text as a command and the rest as its content; tells whether the word begins with a slash.",
  in: { string: "string" },
  out: { command: "string", content: "string", isCommand: "boolean" },
  run(call) {
    const [command = "", ...words] = call.text("string").split(" ");
    return { outputs: { command, content: words.join(" "), isCommand: command.startsWith("/") } };
  },
});

const replace = behaveComponent({
  name: "logic/string/replace",
  aliases: ["logic/replace/string"],
  category,
  help: "Replaces the first place where a text has another one.",
  in: { string: "string", search: "string", replace: "string" },
  out: { result: "string" },
  run(call) {
    const [text, search, other] = [call.text("string"), call.text("search"), call.text("replace")];
    checkSearch(call.context, text.length, search.length);
    checkLength(call.context, text.length + other.length);
    return { outputs: { result: text.replace(search, () => other) } };
  },
});

const special = /[\\^$.*+?()[\]{}|]/;

function inSandbox(call: BehaveCall, code: string, args: Json[]): NodeOutcome | Promise<NodeOutcome> {
  const called = call.context.sandbox.call({ code, args, label: call.context.label });
  const outcome = (value: Json | undefined): NodeOutcome => ({ outputs: outputs({ result: value }) });
  return called instanceof Promise ? called.then(({ value }) => outcome(value)) : outcome(called.value);
}

const match = behaveComponent({
  name: "logic/string/match",
  aliases: ["logic/string/regex"],
  category,
  help: "Tells whether a regular expression matches anywhere in the text; false where it is none.",
  in: { match: "string", string: "string" },
  out: { result: "boolean" },
  sandboxed: true,
  run(call) {
    const [pattern, text] = [call.text("match"), call.text("string")];
    if (!special.test(pattern)) {
      checkSearch(call.context, text.length, pattern.length);
      return { outputs: { result: text.includes(pattern) } };
    }
    const code =
      "(pattern, text) => { try { return new RegExp(pattern).test(text); } catch { return false; } }";
    return inSandbox(call, code, [pattern, text]);
  },
});

const split = behaveComponent({
  name: "logic/split/string",
  category,
  help: "Splits a text wherever the separator, a regular expression, matches.",
  in: { string: "string", seperator: "string" },
  out: { result: "array" },
  sandboxed: true,
  run(call) {
    const [text, separator] = [call.text("string"), call.text("seperator")];
    if (!special.test(separator)) {
      checkSearch(call.context, text.length, separator.length);
      return { outputs: { result: text.split(separator) } };
    }
    return inSandbox(call, '(text, separator) => text.split(new RegExp(separator, "g"))', [text, separator]);
  },
});

const template = behaveComponent({
  name: "logic/string/template",
  aliases: ["logic/string/textTemplate"],
  category,
  help: "Fills a Handlebars template with its inputs: {{name}} stands for the input of that name.",
  out: { result: "string" },
  isDynamic: true,
  run(call) {
    const { textEditorData, socketInputs } = call.configuration;
    const source = typeof textEditorData === "string" ? textEditorData : "";
    const entries = readSockets(listOf(socketInputs)).map(({ name, type }): [string, Json] => [
      name,
      call.value(name, type),
    ]);
    // The first line end alone, as prompts of every year have it (see Generator).
    const result = compileTemplate(source.replace("\r\n", "\n")).render(Object.fromEntries(entries));
    return { outputs: { result } };
  },
});

/** Chunks are visits, so a text of a million letters is not cut into single ones. */
const maxChunks = 10_000;

const chunker = behaveComponent({
  name: "action/string/chunker",
  category,
  help: "Cuts a text into chunks of that many letters and fires 'stream' for each, between the marks <START> and <END>; then 'done'. It does not pause between them: whoever shows the text sets the pace.",
  in: {
    flow: "flow",
    content: "string",
    chunkSize: { type: "integer", default: 2 },
    delay: { type: "integer", default: 100 },
  },
  out: { done: "flow", stream: "flow", chunk: "string" },
  each: ["stream"],
  run(call) {
    const content = call.text("content");
    const size = call.count("chunkSize");
    if (size < 1) throw failed(call.context, `"chunkSize" must be 1 or more, but is ${size}.`);
    const count = Math.ceil(content.length / size);
    if (count > maxChunks)
      throw failed(
        call.context,
        `the text makes ${count} chunks; ${maxChunks} are allowed. Raise "chunkSize".`,
      );
    const chunks = Array.from({ length: count }, (_, i) => content.slice(i * size, (i + 1) * size));
    return { iterations: { count: count + 2, outputs: { chunk: ["<START>", ...chunks, "<END>"] } } };
  },
});

export const textComponents: CatalogueEntry[] = [
  isDefined,
  parseCommand,
  replace,
  match,
  split,
  template,
  chunker,
];
