/** Two numbers and one result. A number comes from its wire, else from the node. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { ComponentSocket } from "../../graph/catalogue.ts";
import type { Socket } from "../../protocol/spell.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { failed, finite, numberFrom, wiredOrOwn } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

interface Operation {
  name: string;
  help: string;
  outputs: Socket[];
  readonly result: (first: number, second: number, context: NodeContext) => number;
}

const sockets: ComponentSocket[] = [
  input("firstNumber", "number"),
  input("secondNumber", "number"),
  trigger(),
];
const result = output("result", "number");
const category = "Arithmetic/Arithmetic";

const operation = ({ name, help, outputs, result: compute }: Operation) =>
  defineComponent({
    name,
    aliases: [],
    category,
    help,
    inputs: sockets,
    outputs,
    data: z.object({ firstNumber: storedNumber, secondNumber: storedNumber }),
    execute(context, data) {
      const first = numberFrom(context, "firstNumber", wiredOrOwn(context, "firstNumber", data.firstNumber));
      const second = numberFrom(
        context,
        "secondNumber",
        wiredOrOwn(context, "secondNumber", data.secondNumber),
      );
      return { outputs: { result: finite(context, compute(first, second, context)) } };
    },
  });

export const subtract = operation({
  name: "Subtract",
  help: "Takes the second number from the first. Numbers come from the wires, else from the node.",
  outputs: [result],
  result: (first, second) => first - second,
});

export const multiply = operation({
  name: "Multiply",
  help: "Multiplies two numbers. They come from the wires, else from the node.",
  outputs: [trigger(), result],
  result: (first, second) => first * second,
});

export const divide = operation({
  name: "Divide",
  help: "Divides the first number by the second, which must not be 0. Numbers come from the wires, else from the node.",
  outputs: [result],
  result(first, second, context) {
    if (second === 0) throw failed(context, '"secondNumber" is 0, and nothing can be divided by that.');
    return first / second;
  },
});

/** Also Rete's demonstration node of that name, which has other sockets. */
export const add = defineComponent({
  name: "Add",
  aliases: [],
  category,
  help: "Adds two numbers, which come from the wires, else from the node. Spells of Rete's demonstration call them num1 and num2, and the sum num.",
  inputs: [...sockets, input("num1", "number"), input("num2", "number")],
  outputs: [result, output("num", "number")],
  data: z.object({
    firstNumber: storedNumber,
    secondNumber: storedNumber,
    num1: storedNumber,
    num2: storedNumber,
  }),
  execute(context, data) {
    const first =
      wiredOrOwn(context, "firstNumber", data.firstNumber) ?? wiredOrOwn(context, "num1", data.num1);
    const second =
      wiredOrOwn(context, "secondNumber", data.secondNumber) ?? wiredOrOwn(context, "num2", data.num2);
    const sum = finite(
      context,
      numberFrom(context, "firstNumber", first) + numberFrom(context, "secondNumber", second),
    );
    return { outputs: { result: sum, num: sum } };
  },
});

export const number = defineComponent({
  name: "Number",
  aliases: [],
  category,
  help: "Gives the number that the node holds (Rete's demonstration; Number Variable is what spells use).",
  inputs: [],
  outputs: [output("num", "number")],
  data: z.object({ num: storedNumber }),
  execute: (context, data) => ({ outputs: { num: numberFrom(context, "num", data.num ?? undefined) } }),
});
