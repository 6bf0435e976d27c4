/** Values above 256 KB travel as references; here they are put back in the places where an event may have one. */
import type { RunEvent } from "../../src/protocol/events.ts";
import { isValueRef } from "../../src/protocol/value-ref.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";

/** Gets a value of a run by the id of its reference. */
export type FetchValue = (valueId: string) => Promise<Json>;

const filled = async (value: Json, fetchValue: FetchValue): Promise<Json> =>
  isValueRef(value) ? fetchValue(value.$value.id) : value;

/** The whole may travel apart, and its members within it. */
export async function fillObject(values: JsonObject, fetchValue: FetchValue): Promise<JsonObject> {
  const whole = (await filled(values, fetchValue)) as JsonObject;
  if (!Object.values(whole).some(isValueRef)) return whole;
  const members = Object.entries(whole).map(async ([name, value]): Promise<[string, Json]> => [
    name,
    await filled(value, fetchValue),
  ]);
  return Object.fromEntries(await Promise.all(members));
}

/** True where an event holds a reference somewhere. */
const hasRef = (event: RunEvent): boolean => JSON.stringify(event).includes('"$value"');

/** The event as the engine wrote it. What is fetched twice is the caller's to keep. */
export async function fillEvent<T extends RunEvent>(event: T, fetchValue: FetchValue): Promise<T> {
  if (!hasRef(event)) return event;
  const copy: Record<string, unknown> = { ...event };
  for (const name of ["inputs", "outputs"])
    if (copy[name] !== undefined) copy[name] = await fillObject(copy[name] as JsonObject, fetchValue);
  for (const name of ["prompt", "data"])
    if (copy[name] !== undefined) copy[name] = await filled(copy[name] as Json, fetchValue);
  if (event.type !== "node.completed") {
    if (copy.state !== undefined) copy.state = await fillObject(copy.state as JsonObject, fetchValue);
    return copy as T;
  }
  const { iterations, state } = event;
  if (iterations !== undefined)
    copy.iterations = { ...iterations, outputs: await fillObject(iterations.outputs, fetchValue) };
  if (state !== undefined) {
    const patch = (await filled(state.patch, fetchValue)) as {
      op: string;
      path: string;
      value?: Json;
    }[];
    const operations = patch.map(async (operation) =>
      operation.value === undefined
        ? operation
        : { ...operation, value: await filled(operation.value, fetchValue) },
    );
    copy.state = { patch: await Promise.all(operations) };
  }
  return copy as T;
}
