/** The types that programs rely on; `npm run types` is what checks them. */
import { describe, expectTypeOf, it } from "vitest";
import type {
  Connection,
  ConnectionEvents,
  ConnectionState,
  EnginePlugin,
  JsonObject,
  LocalRun,
  NodeCompleted,
  PluginNode,
  RunResult,
  SpellDocument,
  SpellError,
  SpellrunnerClient,
  StampedEvent,
} from "../../client/lib/index.ts";
import type { useNode, useRun } from "../../client/react/index.ts";

describe("types of the client", () => {
  it("give each event of a connection its own fields", () => {
    type Heard<T extends keyof ConnectionEvents> = ConnectionEvents[T];
    expectTypeOf<Heard<"node.completed">["outputs"]>().toEqualTypeOf<JsonObject>();
    expectTypeOf<Heard<"node.completed">>().toExtend<NodeCompleted & { seq: number; at: number }>();
    expectTypeOf<Heard<"event">>().toEqualTypeOf<StampedEvent>();
    expectTypeOf<Heard<"state">>().toEqualTypeOf<ConnectionState>();
    expectTypeOf<Heard<"replayed">>().toEqualTypeOf<LocalRun>();
    expectTypeOf<Heard<"fault">>().toEqualTypeOf<SpellError>();
    expectTypeOf<Connection["on"]>().parameter(0).toEqualTypeOf<keyof ConnectionEvents>();
    expectTypeOf<"node.done">().not.toExtend<keyof ConnectionEvents>();
  });

  it("make a run both a promise of its result and an iterable of its events", () => {
    type Run = ReturnType<Connection["run"]>;
    expectTypeOf<Awaited<Run>>().toEqualTypeOf<RunResult>();
    expectTypeOf<Run>().toExtend<AsyncIterable<StampedEvent>>();
    expectTypeOf<ReturnType<SpellrunnerClient["run"]>>().toEqualTypeOf<Run>();
    expectTypeOf<SpellrunnerClient["spells"]["get"]>().returns.resolves.toEqualTypeOf<SpellDocument>();
  });

  it("let a plugin have any of its hooks", () => {
    expectTypeOf<{ name: string }>().toExtend<EnginePlugin>();
    expectTypeOf<NonNullable<EnginePlugin["onNodeEnd"]>>().parameters.toEqualTypeOf<
      [PluginNode, NodeCompleted]
    >();
    expectTypeOf<PluginNode["inputs"]>().toEqualTypeOf<JsonObject>();
  });

  it("take no connection yet for granted in hooks", () => {
    expectTypeOf<typeof useRun>().parameter(0).toEqualTypeOf<Connection | null>();
    expectTypeOf<ReturnType<typeof useNode>>().toExtend<{ status: string } | undefined>();
  });
});
