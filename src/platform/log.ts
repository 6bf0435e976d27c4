/**
 * Structured log lines: one JSON object each. What is written here may hold causes and stacks, and nothing of it goes into an answer;
 * what users sent (prompts, values, documents) is not logged, and what looks like a key or a token is taken out of whatever text comes
 * here.
 */

type Fields = Record<string, unknown>;

/** UTF-16 units of a line; the platform cuts what is longer: https://developers.cloudflare.com/workers/observability/logs/workers-logs/ */
const maxLine = 32 * 1024;
const maxText = 4096;

/** An error as data, its causes inside: `console` would print only the outermost message. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

/** JWTs; keys and tokens of ours and of providers; what an Authorization header has. */
const secretText =
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\b(?:sk|rt|hf|pk|ghp|xox[abp])[-_][\w.-]{16,}|\b(?:bearer|basic|bot)\s+[\w.~+/=-]{8,}/gi;
const secretField = /^(?:authorization|cookie|set-cookie|password|secret|ticket|api-?key|.*token)$/i;

const writeValue = (name: string, value: unknown): unknown => {
  if (secretField.test(name) && value !== undefined) return "[hidden]";
  if (typeof value !== "string") return value;
  const hidden = value.replace(secretText, "[hidden]");
  return hidden.length <= maxText ? hidden : `${hidden.slice(0, maxText)}…`;
};

/** Never throws: whoever logs has a failure to tell already. */
function lineOf(level: string, message: string, fields: Fields): string {
  let line: string;
  try {
    line = JSON.stringify({ level, message, ...fields }, writeValue);
  } catch (error) {
    line = JSON.stringify({ level, message, unwritable: String(error) });
  }
  if (line.length <= maxLine) return line;
  return JSON.stringify({ level, message, errorId: fields.errorId, cut: line.slice(0, maxLine / 2) });
}

const write = (level: "info" | "warn" | "error", message: string, fields: Fields): void => {
  console[level](lineOf(level, message, fields));
};

export const log = {
  info: (message: string, fields: Fields = {}): void => write("info", message, fields),
  warn: (message: string, fields: Fields = {}): void => write("warn", message, fields),
  error: (message: string, fields: Fields = {}): void => write("error", message, fields),
};
