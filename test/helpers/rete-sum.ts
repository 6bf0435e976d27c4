import { spell } from "./spells.ts";

/** Rete's example, 2 + 40, with a start and an end. The editors hold other numbers, so that results tell where they are from. */
export const reteSum = spell(
  {
    s: "Trigger In:start",
    1: { is: "Number", data: { num: 2 } },
    2: { is: "Number", data: { num: 40 } },
    3: "Add",
    o: "Output:sum",
  },
  `
  s.trigger > o.trigger
  1.num > 3.num1
  2.num > 3.num2
  3.num > o.input`,
);
