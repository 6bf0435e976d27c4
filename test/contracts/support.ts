/** What the contract suites share: whom they call as, and how they look at failures. */
import { SpellError } from "../../src/protocol/errors.ts";
import type { ServiceCall, Services } from "../../src/protocol/services.ts";

export interface ServicesUnderTest {
  services: Services;
  /** Lets that many ms go by on the services' clock; absent where it is real. */
  advance?: (ms: number) => void;
}
export type MakeServices = () => ServicesUnderTest | Promise<ServicesUnderTest>;

export const alice: ServiceCall = { userId: "alice" };
export const bob: ServiceCall = { userId: "bob" };

type Bound<Name extends keyof Services> = (
  name: Name,
  make: MakeServices,
) => Promise<NonNullable<Services[Name]>>;
const bound: Bound<keyof Services> = async (name, make) => {
  const service = (await make()).services[name];
  if (service === undefined) throw new Error(`The services under test have no ${name}.`);
  return service;
};
/** One of new services. */
export const need = bound as <Name extends keyof Services>(
  ...args: Parameters<Bound<Name>>
) => ReturnType<Bound<Name>>;

/** The code with which a promise rejects. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (thrown: unknown) => SpellError.from(thrown).code,
  );
}
