/** Made of src/protocol by `npm run shapes`; not to be edited. The interpreter is in shape.ts. */
import type * as z from "zod";
import type * as down from "../../src/protocol/down.ts";
import type * as errors from "../../src/protocol/errors.ts";
import type * as events from "../../src/protocol/events.ts";
import type * as publications from "../../src/protocol/publications.ts";
import type * as runners from "../../src/protocol/runners.ts";
import type * as runs from "../../src/protocol/runs.ts";
import type * as spell from "../../src/protocol/spell.ts";
import type * as up from "../../src/protocol/up.ts";
import type { Shape, ShapeOf } from "./shape.ts";

export const defs: Readonly<Record<string, Shape>> = {
  __schema0: { type: "string", minLength: 1, maxLength: 128 },
  __schema1: {
    type: "object",
    propertyNames: { type: "string" },
    additionalProperties: { $ref: "__schema2" },
  },
  __schema2: {},
  __schema3: {
    type: "object",
    propertyNames: { type: "string" },
    additionalProperties: { $ref: "__schema2" },
  },
  __schema4: { type: "string", maxLength: 64 },
  __schema5: {
    anyOf: [
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.queued" },
          runId: { $ref: "__schema6" },
          requestId: { $ref: "__schema7" },
          trigger: { $ref: "__schema8" },
          inputs: { $ref: "__schema1" },
          state: { $ref: "__schema1" },
          spell: { $ref: "__schema9" },
          engineVersion: { $ref: "__schema12" },
          parent: { $ref: "__schema13" },
          depth: { $ref: "__schema15" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "trigger", "inputs", "state", "spell", "engineVersion", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.started" },
          runId: { $ref: "__schema6" },
          requestId: { $ref: "__schema7" },
          trigger: { $ref: "__schema8" },
          inputs: { $ref: "__schema1" },
          state: { $ref: "__schema1" },
          spell: { $ref: "__schema9" },
          engineVersion: { $ref: "__schema12" },
          parent: { $ref: "__schema13" },
          depth: { $ref: "__schema15" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "trigger", "inputs", "state", "spell", "engineVersion", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.started" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          attempt: { $ref: "__schema20" },
          waited: { $ref: "__schema21" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "attempt", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.item" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          item: { type: "integer", exclusiveMinimum: 0 },
          outputs: { $ref: "__schema1" },
          waited: { $ref: "__schema21" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "item", "outputs", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.completed" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          attempt: { $ref: "__schema20" },
          outputs: { $ref: "__schema1" },
          fired: { type: "array", items: { type: "string" } },
          iterations: {
            type: "object",
            properties: { count: { type: "integer", minimum: 0 }, outputs: { $ref: "__schema1" } },
            required: ["count", "outputs"],
          },
          again: { type: "boolean", const: true },
          state: {
            type: "object",
            properties: {
              patch: {
                anyOf: [
                  {
                    type: "array",
                    items: {
                      anyOf: [
                        {
                          type: "object",
                          properties: {
                            op: { type: "string", const: "add" },
                            path: { type: "string" },
                            value: { $ref: "__schema2" },
                          },
                          required: ["op", "path", "value"],
                        },
                        {
                          type: "object",
                          properties: { op: { type: "string", const: "remove" }, path: { type: "string" } },
                          required: ["op", "path"],
                        },
                      ],
                    },
                  },
                  { $ref: "__schema22" },
                ],
              },
            },
            required: ["patch"],
          },
          logs: { type: "array", items: { $ref: "__schema23" } },
          usage: { $ref: "__schema24" },
          waited: { $ref: "__schema21" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "attempt", "outputs", "fired", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.failed" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          attempt: { $ref: "__schema20" },
          error: { $ref: "__schema26" },
          retryInMs: { type: "integer", minimum: 0 },
          fired: { type: "array", items: { type: "string" } },
          outputs: { $ref: "__schema1" },
          logs: { type: "array", items: { $ref: "__schema23" } },
          waited: { $ref: "__schema21" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "attempt", "error", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.waiting" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          prompt: { $ref: "__schema2" },
          until: { type: "integer" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "prompt", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "node.event" },
          runId: { $ref: "__schema6" },
          nodeId: { $ref: "__schema18" },
          visit: { $ref: "__schema19" },
          name: { type: "string" },
          data: { $ref: "__schema2" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "nodeId", "visit", "name", "data", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.resumed" },
          runId: { $ref: "__schema6" },
          reason: { type: "string" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "reason", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.completed" },
          runId: { $ref: "__schema6" },
          outputs: { $ref: "__schema29" },
          state: { $ref: "__schema30" },
          error: { $ref: "__schema31" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.failed" },
          runId: { $ref: "__schema6" },
          outputs: { $ref: "__schema29" },
          state: { $ref: "__schema30" },
          error: { $ref: "__schema31" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.cancelled" },
          runId: { $ref: "__schema6" },
          outputs: { $ref: "__schema29" },
          state: { $ref: "__schema30" },
          error: { $ref: "__schema31" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "run.interrupted" },
          runId: { $ref: "__schema6" },
          outputs: { $ref: "__schema29" },
          state: { $ref: "__schema30" },
          error: { $ref: "__schema31" },
          ms: { $ref: "__schema25" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "runId", "ms", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "runner.played" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "runner.paused" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "seq", "at"],
      },
      {
        type: "object",
        properties: {
          type: { type: "string", const: "spell.changed" },
          version: { type: "integer" },
          patch: {
            type: "array",
            items: {
              type: "object",
              propertyNames: { type: "string" },
              additionalProperties: { $ref: "__schema2" },
            },
          },
          by: { type: "string" },
          seq: { $ref: "__schema16" },
          at: { $ref: "__schema17" },
        },
        required: ["type", "version", "patch", "by", "seq", "at"],
      },
    ],
  },
  __schema6: { type: "string" },
  __schema7: { type: "string" },
  __schema8: { type: "string" },
  __schema9: {
    type: "object",
    properties: {
      id: { $ref: "__schema10" },
      version: { $ref: "__schema11" },
      uses: {
        type: "array",
        items: {
          type: "object",
          properties: { id: { type: "string" }, version: { type: "integer", minimum: 0 } },
          required: ["id", "version"],
        },
      },
    },
    required: ["id", "version"],
  },
  __schema10: { type: "string" },
  __schema11: { type: "integer", minimum: 0 },
  __schema12: { type: "string" },
  __schema13: { $ref: "__schema14" },
  __schema14: {
    type: "object",
    properties: { runId: { type: "string" }, fromNode: { type: "string" } },
    required: ["runId"],
  },
  __schema15: { type: "integer", exclusiveMinimum: 0 },
  __schema16: { type: "integer", exclusiveMinimum: 0 },
  __schema17: { type: "integer" },
  __schema18: { type: "string" },
  __schema19: { type: "string" },
  __schema20: { type: "integer", exclusiveMinimum: 0 },
  __schema21: { type: "boolean", const: true },
  __schema22: {
    type: "object",
    properties: {
      $value: {
        type: "object",
        properties: {
          id: { type: "string" },
          bytes: { type: "integer", minimum: 0 },
          preview: { type: "string" },
        },
        required: ["id", "bytes", "preview"],
      },
    },
    required: ["$value"],
  },
  __schema23: {
    type: "object",
    properties: {
      level: { type: "string", enum: ["debug", "log", "info", "warn", "error"] },
      text: { type: "string" },
    },
    required: ["level", "text"],
  },
  __schema24: {
    type: "object",
    properties: {
      inputTokens: { type: "number", minimum: 0 },
      outputTokens: { type: "number", minimum: 0 },
      calls: { type: "integer", minimum: 0 },
      provider: { type: "string" },
    },
  },
  __schema25: { type: "number", minimum: 0 },
  __schema26: {
    type: "object",
    properties: {
      code: { $ref: "__schema27" },
      message: { type: "string" },
      nodeId: { type: "string" },
      errorId: { type: "string" },
      errors: { type: "array", items: { $ref: "__schema28" } },
    },
    required: ["code", "message"],
  },
  __schema27: {
    type: "string",
    enum: [
      "bad_request",
      "unauthorized",
      "forbidden",
      "not_found",
      "conflict",
      "too_large",
      "rate_limited",
      "overloaded",
      "spell_invalid",
      "missing_input",
      "node_failed",
      "code_error",
      "template_error",
      "sandbox_limit",
      "not_configured",
      "provider_error",
      "provider_timeout",
      "node_timeout",
      "run_timeout",
      "budget_exceeded",
      "depth_limit",
      "output_limit",
      "call_limit",
      "recursion_limit",
      "cancelled",
      "rejected",
      "interrupted",
      "journal_mismatch",
      "protocol_error",
      "internal",
    ],
  },
  __schema28: {
    type: "object",
    properties: { path: { type: "string" }, message: { type: "string" } },
    required: ["path", "message"],
  },
  __schema29: { $ref: "__schema1" },
  __schema30: { $ref: "__schema1" },
  __schema31: { $ref: "__schema26" },
  __schema32: {
    type: "string",
    enum: ["queued", "running", "waiting", "completed", "failed", "cancelled", "interrupted"],
  },
  __schema33: {
    type: "object",
    properties: {
      severity: { type: "string", enum: ["error", "warning"] },
      code: {
        type: "string",
        enum: [
          "unknown_component",
          "missing_node",
          "missing_output",
          "unknown_input",
          "data_cycle",
          "no_start",
          "unknown_spell",
          "missing_input",
          "invalid_data",
          "invalid_node",
          "not_carried",
        ],
      },
      nodeId: { type: "string" },
      message: { type: "string" },
    },
    required: ["severity", "code", "message"],
  },
  __schema34: {
    type: "object",
    properties: {
      runId: { type: "string" },
      status: { $ref: "__schema32" },
      trigger: { type: "string" },
      inputs: { $ref: "__schema1" },
      outputs: { $ref: "__schema1" },
      state: { $ref: "__schema1" },
      error: { $ref: "__schema26" },
      spell: { $ref: "__schema9" },
      session: { type: "string" },
      startedAt: { type: "integer" },
      endedAt: { type: "integer" },
      ms: { type: "number", minimum: 0 },
      usage: { $ref: "__schema24" },
      parent: { $ref: "__schema14" },
    },
    required: ["runId", "status", "trigger", "inputs", "spell", "session", "startedAt"],
  },
  __schema35: { type: "string", pattern: "^(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,128}$" },
  __schema36: { type: "string" },
  __schema37: { type: "integer", exclusiveMinimum: 0 },
  __schema38: { type: "array", items: { $ref: "__schema33" } },
};

export const clientMessage: ShapeOf<z.infer<typeof up.clientMessage>> = {
  anyOf: [
    {
      type: "object",
      properties: { type: { type: "string", const: "hello" }, lastSeq: { type: "integer", minimum: 0 } },
      required: ["type"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        type: { type: "string", const: "run" },
        requestId: { $ref: "__schema0" },
        inputs: { $ref: "__schema1" },
        trigger: { type: "string", maxLength: 300 },
        state: { $ref: "__schema1" },
        concurrency: { type: "string", enum: ["parallel", "queue", "reject", "latest"] },
      },
      required: ["type", "requestId"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { type: { type: "string", const: "cancel" }, runId: { type: "string" } },
      required: ["type", "runId"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { type: { type: "string", const: "play" } },
      required: ["type"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { type: { type: "string", const: "pause" } },
      required: ["type"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        type: { type: "string", const: "edit" },
        requestId: { $ref: "__schema0" },
        baseVersion: { type: "integer", minimum: 0 },
        patch: { maxItems: 10000, type: "array", items: { $ref: "__schema3" } },
      },
      required: ["type", "requestId", "baseVersion", "patch"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        type: { type: "string", const: "answer" },
        runId: { type: "string" },
        nodeId: { type: "string" },
        visit: { type: "string" },
        value: { $ref: "__schema2" },
      },
      required: ["type", "runId", "nodeId", "visit", "value"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        type: { type: "string", const: "push" },
        source: { type: "string" },
        value: { $ref: "__schema2" },
      },
      required: ["type", "source", "value"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { type: { type: "string", const: "auth" }, token: { type: "string", maxLength: 16384 } },
      required: ["type", "token"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { type: { type: "string", const: "ack" }, seq: { type: "integer", minimum: 0 } },
      required: ["type", "seq"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        type: { type: "string", const: "subscribe" },
        services: { maxItems: 64, type: "array", items: { $ref: "__schema4" } },
      },
      required: ["type", "services"],
      additionalProperties: false,
    },
  ],
};

export const serverMessage: ShapeOf<z.infer<typeof down.serverMessage>> = {
  anyOf: [
    { $ref: "__schema5" },
    {
      anyOf: [
        {
          type: "object",
          properties: {
            type: { type: "string", const: "welcome" },
            protocolVersion: { type: "integer" },
            userId: { type: "string" },
            spell: {
              type: "object",
              properties: { id: { $ref: "__schema10" }, version: { $ref: "__schema11" } },
              required: ["id", "version"],
            },
            session: { type: "string" },
            playing: { type: "boolean" },
            lastSeq: { type: "integer", minimum: 0 },
            runs: {
              type: "array",
              items: {
                type: "object",
                properties: {
                  runId: { type: "string" },
                  status: { $ref: "__schema32" },
                  trigger: { type: "string" },
                  startedAt: { type: "integer" },
                  partial: {
                    type: "array",
                    items: {
                      type: "object",
                      properties: {
                        nodeId: { type: "string" },
                        visit: { type: "string" },
                        text: { type: "string" },
                      },
                      required: ["nodeId", "visit", "text"],
                    },
                  },
                },
                required: ["runId", "status", "trigger", "startedAt"],
              },
            },
          },
          required: ["type", "protocolVersion", "userId", "spell", "session", "playing", "lastSeq", "runs"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "replay" },
            events: { type: "array", items: { $ref: "__schema5" } },
            more: { type: "boolean" },
            snapshot: {
              type: "object",
              properties: {
                seq: { type: "integer", minimum: 0 },
                runs: {
                  type: "array",
                  items: {
                    type: "object",
                    properties: {
                      runId: { type: "string" },
                      status: { $ref: "__schema32" },
                      inputs: { $ref: "__schema1" },
                      outputs: { $ref: "__schema1" },
                      nodes: {
                        type: "object",
                        propertyNames: { type: "string" },
                        additionalProperties: {
                          type: "object",
                          properties: {
                            visit: { type: "string" },
                            status: { type: "string" },
                            outputs: { $ref: "__schema1" },
                          },
                          required: ["visit", "status"],
                        },
                      },
                    },
                    required: ["runId", "status", "inputs", "nodes"],
                  },
                },
              },
              required: ["seq", "runs"],
            },
          },
          required: ["type"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "node.delta" },
            runId: { type: "string" },
            nodeId: { type: "string" },
            visit: { type: "string" },
            delta: { type: "string" },
          },
          required: ["type", "runId", "nodeId", "visit", "delta"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "service.changed" },
            service: { type: "string" },
            event: { type: "string" },
            id: { $ref: "__schema2" },
          },
          required: ["type", "service", "event", "id"],
        },
        {
          type: "object",
          properties: { type: { type: "string", const: "token.expiring" }, at: { type: "integer" } },
          required: ["type", "at"],
        },
        {
          type: "object",
          properties: { type: { type: "string", const: "token.renewed" }, at: { type: "integer" } },
          required: ["type", "at"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "spell.saved" },
            requestId: { type: "string" },
            version: { type: "integer", exclusiveMinimum: 0 },
            warnings: { type: "array", items: { $ref: "__schema33" } },
          },
          required: ["type", "requestId", "version", "warnings"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "spell" },
            requestId: { type: "string" },
            version: { type: "integer", exclusiveMinimum: 0 },
            document: { anyOf: [{ $ref: "__schema22" }, { $ref: "__schema1" }] },
          },
          required: ["type", "requestId", "version", "document"],
        },
        {
          type: "object",
          properties: {
            type: { type: "string", const: "error" },
            requestId: { type: "string" },
            code: { $ref: "__schema27" },
            message: { type: "string" },
          },
          required: ["type", "code", "message"],
        },
      ],
    },
  ],
};

export const problem: ShapeOf<z.infer<typeof errors.problem>> = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { $ref: "__schema27" },
    detail: { type: "string" },
    errors: { type: "array", items: { $ref: "__schema28" } },
    runId: { type: "string" },
    nodeId: { type: "string" },
    errorId: { type: "string" },
  },
  required: ["type", "title", "status", "code", "detail"],
};

export const run: ShapeOf<z.infer<typeof runs.run>> = { $ref: "__schema34" };

export const runList: ShapeOf<z.infer<typeof runs.runList>> = {
  type: "object",
  properties: { data: { type: "array", items: { $ref: "__schema34" } }, nextCursor: { type: "string" } },
  required: ["data"],
};

export const runResult: ShapeOf<z.infer<typeof runs.runResult>> = {
  type: "object",
  properties: {
    runId: { type: "string" },
    status: { type: "string", const: "completed" },
    outputs: { $ref: "__schema1" },
    state: { $ref: "__schema1" },
    ms: { type: "number", minimum: 0 },
  },
  required: ["runId", "status", "outputs", "state", "ms"],
};

export const eventPage: ShapeOf<z.infer<typeof events.eventPage>> = {
  type: "object",
  properties: { events: { type: "array", items: { $ref: "__schema5" } }, next: { type: "integer" } },
  required: ["events"],
};

export const savedSpell: ShapeOf<z.infer<typeof spell.savedSpell>> = {
  type: "object",
  properties: {
    id: { $ref: "__schema35" },
    name: { $ref: "__schema36" },
    version: { $ref: "__schema37" },
    warnings: { $ref: "__schema38" },
  },
  required: ["id", "name", "version", "warnings"],
};

export const createdSpell: ShapeOf<z.infer<typeof spell.createdSpell>> = {
  type: "object",
  properties: {
    id: { $ref: "__schema35" },
    name: { $ref: "__schema36" },
    version: { $ref: "__schema37" },
    warnings: { $ref: "__schema38" },
    spells: {
      type: "array",
      items: {
        type: "object",
        properties: { id: { $ref: "__schema35" }, name: { type: "string" } },
        required: ["id", "name"],
      },
    },
  },
  required: ["id", "name", "version", "warnings"],
};

export const spellList: ShapeOf<z.infer<typeof spell.spellList>> = {
  type: "object",
  properties: {
    data: {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: { $ref: "__schema35" },
          name: { type: "string" },
          version: { type: "integer", exclusiveMinimum: 0 },
          createdAt: { type: "integer" },
          updatedAt: { type: "integer" },
        },
        required: ["id", "name", "version", "createdAt", "updatedAt"],
      },
    },
    nextCursor: { type: "string" },
  },
  required: ["data"],
};

export const versionList: ShapeOf<z.infer<typeof spell.versionList>> = {
  type: "object",
  properties: {
    data: {
      type: "array",
      items: {
        type: "object",
        properties: { version: { type: "integer", exclusiveMinimum: 0 }, createdAt: { type: "integer" } },
        required: ["version", "createdAt"],
      },
    },
    nextCursor: { type: "string" },
  },
  required: ["data"],
};

export const validation: ShapeOf<z.infer<typeof spell.validation>> = {
  type: "object",
  properties: { valid: { type: "boolean" }, issues: { type: "array", items: { $ref: "__schema33" } } },
  required: ["valid", "issues"],
};

export const publication: ShapeOf<z.infer<typeof publications.publication>> = {
  type: "object",
  properties: {
    publicId: { type: "string" },
    version: { type: "integer", exclusiveMinimum: 0 },
    share: { type: "string", enum: ["interface", "source"] },
  },
  required: ["publicId", "version", "share"],
};

export const runner: ShapeOf<z.infer<typeof runners.runnerDescription>> = {
  type: "object",
  properties: {
    loaded: { type: "boolean" },
    playing: { type: "boolean" },
    sources: {
      type: "array",
      items: {
        type: "object",
        properties: {
          nodeId: { type: "string" },
          name: { type: "string" },
          kind: { type: "string", enum: ["interval", "cron", "webhook", "client", "spell", "event"] },
          nextAt: { type: "integer" },
          hook: { type: "string" },
        },
        required: ["nodeId", "name", "kind"],
      },
    },
    waiting: { type: "integer", minimum: 0 },
    dropped: { type: "integer", minimum: 0 },
    connections: { type: "integer", minimum: 0 },
    lastSeq: { type: "integer", minimum: 0 },
    queue: { type: "integer", minimum: 0 },
    bytes: { type: "integer", minimum: 0 },
  },
  required: [
    "loaded",
    "playing",
    "sources",
    "waiting",
    "dropped",
    "connections",
    "lastSeq",
    "queue",
    "bytes",
  ],
};
