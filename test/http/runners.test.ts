import { beforeAll, expect, it } from "vitest";
import { runnerDescription, runnerList } from "../../src/protocol/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";

const user = userNamed("runners-user");
const runner = async (method: string, session = "main") => {
  const response = await user.ask(`/spells/io/runner?session=${session}`, { method });
  expect(response.status).toBe(200);
  return runnerDescription.parse(await bodyOf(response));
};

beforeAll(async () => {
  expect((await user.ask("/spells", { body: echoSpell("io") })).status).toBe(201);
});

it("loads a runner, tells how it is and unloads it", async () => {
  expect(await runner("POST")).toMatchObject({ loaded: true, connections: 0 });
  expect(await runner("GET")).toMatchObject({ loaded: true });
  expect(await runner("DELETE")).toMatchObject({ loaded: false });
});

it("lists the loaded runners of the caller alone, by spell and session", async () => {
  await runner("POST", "one");
  await runner("POST", "two");
  const response = await user.ask("/runners");
  expect(response.status).toBe(200);
  const { data } = runnerList.parse(await bodyOf(response));
  const sessions = data.filter(({ spellId }) => spellId === "io").map(({ session }) => session);
  expect(sessions).toEqual(expect.arrayContaining(["one", "two"]));
  expect(new Set(data.map(({ owner }) => owner))).toEqual(new Set([user.name]));
  expect(await bodyOf(await userNamed("runners-other").ask("/runners"))).toEqual({ data: [] });
});
