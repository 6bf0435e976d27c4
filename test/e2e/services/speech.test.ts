import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

const sound = { mimeType: "audio/mpeg", audio: btoa("sound") };

describe("speech", () => {
  it("speaks over HTTP", async () => expect(await over("speech", "speak", { text: "hello" })).toEqual(sound));
  travels({
    service: "speech",
    steps: [["speak", { text: "hello" }]],
    gives: (output) => expect(output).toEqual(sound),
  });
});
