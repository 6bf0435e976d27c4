import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

const request = { model: "example/classifier", inputs: "a bird" };
const answer = [[{ label: "animal", score: 0.98 }]];

describe("huggingface", () => {
  it("asks a model over HTTP", async () =>
    expect(await over("huggingface", "infer", request)).toEqual(answer));
  travels({
    service: "huggingface",
    steps: [["infer", request]],
    gives: (output) => expect(output).toEqual(answer),
  });
});
