import * as z from "zod";
import { callMethod, methodsOf, serviceMethods } from "../../protocol/service-methods.ts";
import { usage } from "../../protocol/runs.ts";
import { type Json, jsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { optionalObject } from "../given.ts";

const names = Object.keys(serviceMethods) as (keyof typeof serviceMethods)[];

const data = z
  .object({
    service: z.enum(names).default("users"),
    method: z.string().default("me"),
    /** Fields that the request has, those on the wire above them. */
    request: jsonObject.optional(),
  })
  .superRefine(({ service, method }, context) => {
    const methods = methodsOf(service);
    if (!methods.includes(method))
      context.addIssue({
        code: "custom",
        path: ["method"],
        message: `the service ${service} has ${methods.join(", ")}`,
      });
  });

export const service = defineComponent({
  name: "Service",
  aliases: [],
  category: "Invoke",
  status: "needs-service",
  help: "Calls any method of a service. The request is what POST /services/<service>/<method> takes as its body; rows have find, get, create, update, patch and remove, too.",
  inputs: [trigger(), input("request", "object")],
  outputs: [trigger(), output("result")],
  data,
  async execute(context, { service: name, method, request: drawn = {} }) {
    const request = { ...drawn, ...optionalObject(context, "request") };
    const result = await askService(context, name, (bound, call) =>
      callMethod(bound, call, name, method as never, request),
    );
    // Completions tell what they have used: it counts as that of any other node.
    const told = z.object({ usage }).safeParse(result).data;
    return { outputs: outputs({ result: (result ?? null) as Json }), ...told };
  },
});
