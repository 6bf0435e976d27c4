import { expect, it } from "vitest";
import { ExpiringMap } from "../../src/platform/expiring-map.ts";

it("forgets an entry at its end", () => {
  const map = new ExpiringMap<string>(10);
  map.set("a", "x", 100);
  expect(map.get("a", 99)).toBe("x");
  expect(map.get("a", 100)).toBeUndefined();
  expect(map.size).toBe(0);
});

it("never holds more than its bound, and lets the oldest go first", () => {
  const map = new ExpiringMap<number>(3);
  for (let i = 0; i < 5; i += 1) map.set(`k${i}`, i, 100);
  expect(map.size).toBe(3);
  expect([0, 1, 2, 3, 4].map((i) => map.get(`k${i}`, 0))).toEqual([undefined, undefined, 2, 3, 4]);
});

it("counts a renewed entry as new and not as one more", () => {
  const map = new ExpiringMap<number>(2);
  map.set("a", 1, 100);
  map.set("b", 2, 100);
  map.set("a", 3, 100);
  map.set("c", 4, 100);
  expect([map.get("a", 0), map.get("b", 0), map.get("c", 0)]).toEqual([3, undefined, 4]);
});
