import { describe } from "vitest";
import { memoryServices } from "../helpers/memory-services.ts";
import { servicesContract } from "./services.ts";

describe("services in memory", () => {
  servicesContract(() => {
    let now = Date.UTC(2026, 0, 1);
    const { services } = memoryServices({ now: () => now });
    return { services, advance: (ms) => void (now += ms) };
  });
});
