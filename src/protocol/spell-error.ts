/**
 * The one error class and the one list of codes; every boundary turns a failure into one of these. Apart from the schemas in
 * errors.ts, and without zod, so that the engine in a page does not bring zod with it.
 */
import type { ErrorInfo, FieldFault } from "./errors.ts";

/** How a code appears over HTTP and whose fault it is. `user` may be fixed by the caller, `operational` may pass by itself, `bug` is ours. */
export type ErrorKind = "user" | "operational" | "bug";

const definitions = {
  bad_request: { status: 400, kind: "user", title: "Bad request" },
  unauthorized: { status: 401, kind: "user", title: "Unauthorized" },
  forbidden: { status: 403, kind: "user", title: "Forbidden" },
  not_found: { status: 404, kind: "user", title: "Not found" },
  conflict: { status: 409, kind: "user", title: "Conflict" },
  too_large: { status: 413, kind: "user", title: "Too large" },
  rate_limited: { status: 429, kind: "user", title: "Too many requests" },
  overloaded: { status: 503, kind: "operational", title: "Overloaded" },
  spell_invalid: { status: 422, kind: "user", title: "Spell invalid" },
  missing_input: { status: 422, kind: "user", title: "Missing input" },
  node_failed: { status: 422, kind: "user", title: "Node failed" },
  code_error: { status: 422, kind: "user", title: "Code failed" },
  template_error: { status: 422, kind: "user", title: "Template failed" },
  sandbox_limit: { status: 422, kind: "user", title: "Sandbox limit" },
  not_configured: { status: 422, kind: "user", title: "Not configured" },
  provider_error: { status: 422, kind: "operational", title: "Provider failed" },
  provider_timeout: { status: 422, kind: "operational", title: "Provider timed out" },
  node_timeout: { status: 422, kind: "operational", title: "Node timed out" },
  run_timeout: { status: 504, kind: "operational", title: "Run timed out" },
  budget_exceeded: { status: 422, kind: "user", title: "Budget exceeded" },
  depth_limit: { status: 422, kind: "user", title: "Depth limit" },
  output_limit: { status: 422, kind: "user", title: "Output limit" },
  call_limit: { status: 422, kind: "user", title: "Call limit" },
  recursion_limit: { status: 422, kind: "user", title: "Recursion limit" },
  cancelled: { status: 409, kind: "user", title: "Cancelled" },
  rejected: { status: 409, kind: "user", title: "Rejected" },
  interrupted: { status: 422, kind: "operational", title: "Interrupted" },
  journal_mismatch: { status: 422, kind: "bug", title: "Journal mismatch" },
  protocol_error: { status: 400, kind: "user", title: "Protocol error" },
  internal: { status: 500, kind: "bug", title: "Internal error" },
} as const satisfies Record<string, { status: number; kind: ErrorKind; title: string }>;

export type ErrorCode = keyof typeof definitions;

export const errorCodes = Object.keys(definitions) as [ErrorCode, ...ErrorCode[]];
/** The HTTP status with which a failed *run* or request of this code is answered (a direct service call uses 502 and 503, see `http/`). */
export const statusOf = (code: ErrorCode): number => definitions[code].status;
export const titleOf = (code: ErrorCode): string => definitions[code].title;

export interface SpellErrorOptions {
  /** Path of the node in the run, `12/7` inside a sub-spell. */
  nodeId?: string;
  runId?: string;
  errors?: FieldFault[];
  retryable?: boolean;
  /** Seconds after which a retry makes sense. */
  retryAfter?: number;
  cause?: unknown;
}

/**
 * Every expected failure. The message says what, where and what to do, and holds no secret and no stack: it travels to users.
 * `code` survives RPC between Workers as an own property; the class does not, so a receiver calls {@link SpellError.from}.
 */
export class SpellError extends Error {
  override readonly name = "SpellError";
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  nodeId?: string | undefined;
  runId?: string | undefined;
  /** Of an `internal` error: what its log line is found by. */
  errorId?: string | undefined;
  readonly errors?: FieldFault[] | undefined;
  readonly retryAfter?: number | undefined;

  constructor(code: ErrorCode, message: string, options: SpellErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = definitions[code].kind;
    this.retryable = options.retryable ?? false;
    this.nodeId = options.nodeId;
    this.runId = options.runId;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }

  /** Restores a SpellError that crossed RPC; anything else becomes `internal`, its text kept as `cause` for the log alone. */
  static from(thrown: unknown): SpellError {
    if (thrown instanceof SpellError) return thrown;
    const other = thrown as Partial<SpellError> | null | undefined;
    if (
      typeof other === "object" &&
      other !== null &&
      typeof other.code === "string" &&
      other.code in definitions
    ) {
      const error = new SpellError(other.code, String(other.message), {
        ...(other.nodeId === undefined ? {} : { nodeId: other.nodeId }),
        ...(other.runId === undefined ? {} : { runId: other.runId }),
        ...(other.errors === undefined ? {} : { errors: other.errors }),
        ...(other.retryAfter === undefined ? {} : { retryAfter: other.retryAfter }),
        retryable: other.retryable === true,
        cause: thrown,
      });
      error.errorId = other.errorId;
      return error;
    }
    return new SpellError("internal", "Something went wrong on our side.", { cause: thrown });
  }

  toInfo(): ErrorInfo {
    return {
      code: this.code,
      message: this.message,
      ...(this.nodeId === undefined ? {} : { nodeId: this.nodeId }),
      ...(this.errorId === undefined ? {} : { errorId: this.errorId }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}
