/** Where a component of the catalogue can be given something. */
import { catalogue } from "../../src/nodes/index.ts";

export interface ComponentPlaces {
  /** Inputs of data. */
  sockets: string[];
  /** Of its stored data. */
  keys: string[];
  /** The input that makes it run. */
  trigger: string;
}

/** @throws Error for a name that the catalogue does not have */
export function placesOf(name: string): ComponentPlaces {
  const component = catalogue.find(name);
  if (component === undefined) throw new Error(`There is no component "${name}".`);
  const { properties = {} } = component.describe().data as { properties?: object };
  return {
    sockets: component.inputs.filter(({ type }) => type !== "trigger").map((socket) => socket.name),
    keys: Object.keys(properties),
    trigger: component.inputs.find(({ type }) => type === "trigger")?.name ?? "trigger",
  };
}
