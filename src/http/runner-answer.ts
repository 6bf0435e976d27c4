/** From what a runner says to an answer. */
import { type RunnerAddress, runnerName } from "../actor/address.ts";
import type { ManagerRpc, RpcAnswer, RpcFailure } from "../actor/rpc.ts";
import { askActor, managerOf, runnerOf, type RunnerStub } from "./actors.ts";
import { forgetSpell } from "./ownership.ts";
import { runnerAddressOf } from "./request.ts";
import { type Failure, jsonText, problem, reportBug } from "./responses.ts";
import type { RouteContext } from "./route.ts";

/** Asks the runner that the request means and passes its JSON on as it is. */
export async function answerOfRunner(
  c: RouteContext,
  kind: "read" | "write",
  call: (runner: RunnerStub) => Promise<RpcAnswer>,
): Promise<Response> {
  const address = await runnerAddressOf(c, c.var.identity.userId);
  const answer = await askActor(() => runnerOf(c.env, address), call, kind);
  return answer.ok ? jsonText(answer.json) : failureAnswer(answer, address);
}

/** The same, asked of the user's SpellManager, which starts and ends runners by their names. */
export async function answerOfManager(
  c: RouteContext,
  call: (manager: ManagerRpc, name: string) => Promise<RpcAnswer>,
): Promise<Response> {
  const { userId } = c.var.identity;
  const address = await runnerAddressOf(c, userId);
  const answer = await askActor(
    () => managerOf(c.env, userId),
    (manager) => call(manager, runnerName(address)),
    "write",
  );
  return answer.ok ? jsonText(answer.json) : failureAnswer(answer, address);
}

export function failureAnswer(
  { error }: RpcFailure,
  address: RunnerAddress,
  headers: Record<string, string> = {},
): Response {
  if (error.code === "not_found") forgetSpell(address.owner, address.spellId);
  const failure: Failure = error;
  if (error.code !== "internal" || error.errorId !== undefined) return problem(failure, { headers });
  // An actor logs its own bugs and says under which id; one that did not is looked for by this one.
  return problem({ ...failure, errorId: reportBug(new Error(error.message)) }, { headers });
}
