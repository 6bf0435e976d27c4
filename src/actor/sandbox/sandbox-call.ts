/** One call: the user's function run to its end in a realm that nobody has used, which is then put back. */
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { LogEntry, SandboxRequest, SandboxResult } from "../../engine/sandbox.ts";
import { isTooDeep } from "../../platform/json.ts";
import type { SpellError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/values.ts";
import * as failures from "./failures.ts";
import type { SandboxLimits } from "./limits.ts";
import { LogBook, utf8Bytes } from "./log-book.ts";
import { codeFile, type Complaint } from "./prelude.ts";
import { mostSteps, type QuickJsInstance } from "./quickjs-instance.ts";
import { asScript, type Realm, type RealmUser } from "./realm.ts";

/** Jobs between two looks at whether the Promise has settled. */
const jobsAtOnce = 64;
/**
 * Steps kept beside the limit for an orderly end. QuickJS asks whether to go on after 10 000 calls and jumps of the code, and
 * is told to stop when only these are left; work that never asks, one search in a long string say, uses them up and traps.
 */
const reservedSteps = (maxSteps: number): number => Math.ceil(maxSteps / 4) + 10_000_000;

export class SandboxCall implements RealmUser {
  readonly #request: SandboxRequest;
  readonly #limits: SandboxLimits;
  readonly #logs: LogBook;
  readonly #realm: Realm;
  readonly #context: QuickJSContext;
  readonly #steps: WebAssembly.Global;
  readonly #reservedSteps: number;
  readonly #stepsGiven: number;

  constructor({ realm, steps }: QuickJsInstance, request: SandboxRequest, limits: SandboxLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#logs = new LogBook(limits.maxLogBytes);
    this.#steps = steps;
    this.#reservedSteps = reservedSteps(limits.maxSteps);
    this.#stepsGiven = Math.min(limits.maxSteps + this.#reservedSteps, mostSteps);
    steps.value = this.#stepsGiven;
    this.#realm = realm;
    this.#context = realm.context;
    realm.enter(this, limits.maxStackBytes);
  }

  get logs(): readonly LogEntry[] {
    return this.#logs.entries;
  }

  get stepsTaken(): number {
    return this.#stepsGiven - Number(this.#steps.value);
  }

  /** Whether the call has taken all its steps. */
  get isExhausted(): boolean {
    return this.#steps.value < this.#reservedSteps;
  }

  /** @throws SpellError as the port says; anything else means that the instance is broken. */
  run(): SandboxResult {
    const { label, args, code } = this.#request;
    const input = JSON.stringify(args);
    const bytes = utf8Bytes(input) + utf8Bytes(code);
    if (bytes > this.#limits.maxArgumentBytes) throw failures.argumentsTooLarge(label, bytes, this.#limits);
    const { begin, run } = this.#realm;
    const context = this.#context;
    const seeds = crypto.getRandomValues(new Int32Array(4));
    const given = context.newString(`[${input},${seeds.join()},${this.#limits.maxLogBytes}]`);
    const begun = context.callFunction(begin, context.undefined, given);
    if (begun.error) throw this.#beginFailure();
    // The code begins on the first line, so that lines need no mapping, and may end in a comment.
    const work = context.evalCode(`const copyFn=${code}\n;copyFn`, codeFile, asScript);
    if (work.error) throw this.#failure(work.error, "parse");
    const outcome = context.callFunction(run, context.undefined, work.value);
    if (outcome.error) throw this.#complaint(outcome.error);
    const value = this.#settle(outcome.value);
    return { value, logs: this.#logs.entries };
  }

  write(level: string, json: QuickJSHandle): boolean {
    const text = this.#context.getString(json);
    // Empty where there was no memory to copy it out.
    return text !== "" && this.#logs.write(level as LogEntry["level"], JSON.parse(text) as string);
  }

  /** Runs jobs until `outcome`, where it is a Promise, settles. @returns the value out of its JSON. */
  #settle(outcome: QuickJSHandle): Json | undefined {
    const { label } = this.#request;
    let jobsLeft = this.#limits.maxJobs;
    let jobError: QuickJSHandle | undefined;
    for (;;) {
      if (this.isExhausted) throw failures.ranTooLong(label, this.#limits);
      const state = this.#context.getPromiseState(outcome);
      if (state.type === "fulfilled") return this.#value(state.value);
      if (state.type === "rejected") throw this.#complaint(state.error);
      const { runtime } = this.#realm;
      if (!runtime.hasPendingJob())
        throw jobError === undefined ? failures.neverSettled(label) : this.#failure(jobError, "call");
      if (jobsLeft <= 0) throw failures.tooManyJobs(label, this.#limits);
      const executed = runtime.executePendingJobs(Math.min(jobsAtOnce, jobsLeft));
      if (executed.error) jobError = executed.error;
      jobsLeft -= executed.error ? 1 : executed.value;
    }
  }

  #value(json: QuickJSHandle): Json | undefined {
    const { label } = this.#request;
    if (this.#context.typeof(json) !== "string") return undefined;
    const { maxResultBytes } = this.#limits;
    // Its length in characters, a lower bound of the bytes, is known before the text is copied.
    const isLong = (this.#context.getLength(json) ?? 0) > maxResultBytes;
    const text = isLong ? "" : this.#text(json);
    if (isLong || utf8Bytes(text) > maxResultBytes) throw failures.resultTooLarge(label, this.#limits);
    // Whatever takes the value further may walk it by recursion.
    if (isTooDeep(text)) throw failures.resultTooDeep(label);
    return JSON.parse(text) as Json;
  }

  /** The characters of a JSON text. */
  #text(json: QuickJSHandle): string {
    const text = this.#context.getString(json);
    if (text === "") throw failures.outOfMemory(this.#request.label, this.#limits);
    return text;
  }

  /** What `run` threw: its own JSON text, or the bare error where it was interrupted or had no memory to write one. */
  #complaint(error: QuickJSHandle): SpellError {
    if (this.#context.typeof(error) !== "string") return this.#failure(error, "call");
    const complaint = JSON.parse(this.#text(error)) as Complaint;
    return failures.failureOf(complaint, this.#request, this.#limits);
  }

  /** There was no foreign code yet: its arguments were too large. */
  #beginFailure(): SpellError {
    const { label } = this.#request;
    return this.isExhausted
      ? failures.ranTooLong(label, this.#limits)
      : failures.outOfMemory(label, this.#limits);
  }

  /** Lets the prelude describe an error that reached the host. */
  #failure(error: QuickJSHandle, phase: "parse" | "call"): SpellError {
    if (this.isExhausted) return failures.ranTooLong(this.#request.label, this.#limits);
    const context = this.#context;
    const described = context.callFunction(this.#realm.describe, context.undefined, error);
    if (described.error) {
      const untold = { phase: "call", message: "an error that cannot be described" } as const;
      return failures.failureOf(untold, this.#request, this.#limits);
    }
    const complaint = JSON.parse(this.#text(described.value)) as Complaint;
    const isParsing = phase === "parse" && complaint.name === "SyntaxError";
    return failures.failureOf(
      { ...complaint, phase: isParsing ? "parse" : "call" },
      this.#request,
      this.#limits,
    );
  }
}
