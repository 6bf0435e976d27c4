/** Structured log lines. What is written here may hold causes and stacks; nothing of it goes into an answer. */

type Fields = Record<string, unknown>;

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

const write = (level: "info" | "warn" | "error", message: string, fields: Fields): void => {
  console[level](JSON.stringify({ level, message, ...fields }));
};

export const log = {
  info: (message: string, fields: Fields = {}): void => write("info", message, fields),
  warn: (message: string, fields: Fields = {}): void => write("warn", message, fields),
  error: (message: string, fields: Fields = {}): void => write("error", message, fields),
};
