/** Services that speak to the outside, against servers on loopback: what they ask, what they tell, what they refuse. */
import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { HttpRequest } from "../../src/protocol/services.ts";
import { alice, codeOf } from "../contracts/support.ts";

const { HTTP, HUGGINGFACE, IMAGES, SPEECH } = env as unknown as Required<Env>;
const outside = inject("outsideUrl");
const get = (path: string, more: Partial<HttpRequest> = {}) =>
  HTTP.request(alice, { method: "GET", url: `${outside}${path}`, ...more });
const failureOf = (promise: Promise<unknown>): Promise<SpellError> =>
  promise.then(
    () => expect.unreachable("It did not fail."),
    (thrown: unknown) => SpellError.from(thrown),
  );

describe("http", () => {
  it("sends what it is told, and gives what comes", async () => {
    const response = await HTTP.request(
      { ...alice, idempotencyKey: "run:ä:1" },
      {
        method: "POST",
        url: `${outside}/echo?a=1`,
        headers: { "x-own": "yes" },
        query: { b: ["2", "3"] },
        body: { deep: [null] },
      },
    );
    expect(response).toMatchObject({
      status: 200,
      body: {
        method: "POST",
        query: { a: "1", b: "3" },
        headers: { "x-own": "yes", "content-type": "application/json", "idempotency-key": "run:%C3%A4:1" },
        body: '{"deep":[null]}',
      },
    });
  });
  it.each([
    ["/html", "<html>hello</html>"],
    ["/bytes", "data:image/png;base64,iVBOR/8A"],
    ["/latin", "ä"],
    ["/nojson", "{cut"],
    ["/status/404", "status 404"],
    ["/status/500", "status 500"],
  ])("gives the body of %s", async (path, body) => {
    expect((await get(path)).body).toBe(body);
  });
  it("sends no key with what only reads, and gives no cookie", async () => {
    const { body } = await HTTP.request(
      { ...alice, idempotencyKey: "k" },
      { method: "GET", url: `${outside}/echo` },
    );
    expect((body as { headers: object }).headers).not.toHaveProperty("idempotency-key");
    expect((await get("/echo", { method: "HEAD" })).body).toBe("");
  });
  it("follows redirects as a browser does, each address checked, credentials left behind", async () => {
    const moved = await get("/redirect/302?to=/echo", { method: "POST", body: "x" });
    expect(moved.body).toMatchObject({ method: "GET", path: "/echo", body: "" });
    const kept = await get("/redirect/307?to=/echo", { method: "POST", body: "x" });
    expect(kept.body).toMatchObject({ method: "POST", body: "x" });
    const headers = { authorization: "Bearer planted" };
    expect((await get("/redirect/302?to=/echo", { headers })).body).toMatchObject({ headers });
    for (const to of [
      "http://169.254.169.254/latest",
      "http://localhost:1/",
      "file:///etc/passwd",
      "http://[::1]/",
    ])
      expect(["forbidden", "bad_request"]).toContain(
        await codeOf(get(`/redirect/302?to=${encodeURIComponent(to)}`)),
      );
    expect(await codeOf(get("/circle"))).toBe("provider_error");
  });
  it("ends with its time, its caller and its bound", async () => {
    expect(await codeOf(get("/hang", { timeoutMs: 50 }))).toBe("provider_timeout");
    const cancelled = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
    const given = HTTP.request({ ...alice, cancelled }, { method: "GET", url: `${outside}/hang` });
    expect(await codeOf(given)).toBe("cancelled");
    expect(await codeOf(get("/cut"))).toBe("provider_error");
    expect(await codeOf(get("/big"))).toBe("too_large");
    expect(await codeOf(HTTP.request(alice, { method: "GET", url: "http://127.0.0.1:1/" }))).toBe(
      "forbidden",
    );
  });
  it.each([
    "host",
    "Content-Length",
    "Connection",
    "cf-connecting-ip",
    "x-forwarded-for",
    "bad name",
    "x\r\ny",
  ])("refuses the header %s", async (name) => {
    expect(await codeOf(get("/echo", { headers: { [name]: "v" } }))).toBe("bad_request");
  });
});

describe("huggingface", () => {
  it("asks the model with the key, and gives its JSON", async () => {
    const answer = await HUGGINGFACE.infer({ ...alice, idempotencyKey: "k" }, "test/model", "hi", { max: 5 });
    expect(answer).toMatchObject({
      path: "/hf/test/model",
      body: '{"inputs":"hi","parameters":{"max":5}}',
      headers: {
        authorization: "Bearer hf_a-key-that-only-tests-know",
        "x-wait-for-model": "true",
        "idempotency-key": "k",
      },
    });
  });
  it("waits for a model that is being loaded, and gives pictures as they are", async () => {
    expect(await HUGGINGFACE.infer(alice, "test/loading", "hi")).toMatchObject({ times: 2 });
    expect(await HUGGINGFACE.infer(alice, "test/picture", "hi")).toBe("data:image/png;base64,cG5n");
  });
  it("tells of failures, and never a key", async () => {
    expect(await failureOf(HUGGINGFACE.infer(alice, "test/busy", "hi"))).toMatchObject({
      code: "provider_error",
      retryAfter: 30,
      retryable: true,
    });
    const refused = await failureOf(HUGGINGFACE.infer(alice, "test/private", "hi"));
    expect(refused.message).toContain("HUGGINGFACE_API_KEY");
    expect(refused.message).not.toMatch(/planted|only-tests/);
    expect(await codeOf(HUGGINGFACE.infer(alice, "test/page", "hi"))).toBe("provider_error");
  });
  it.each(["../x", "a/b/c", "a b", "", "https://x", "a/..", "."])("knows no model %j", async (model) => {
    expect(await codeOf(HUGGINGFACE.infer(alice, model, "hi"))).toBe("bad_request");
  });
});

describe("speech", () => {
  it("speaks", async () => {
    const { mimeType, audio } = await SPEECH.speak(alice, { text: "hello", voice: "nova", format: "mp3" });
    expect(mimeType).toBe("audio/mpeg");
    expect(JSON.parse(atob(audio).slice("sound of ".length))).toEqual({
      model: "gpt-4o-mini-tts",
      voice: "nova",
      input: "hello",
      response_format: "mp3",
    });
  });
  it.each([
    [btoa("RIFF-data"), 'filename="audio.wav"'],
    [`data:audio/mpeg;base64,${btoa("mp3-data")}`, 'filename="audio.mp3"'],
    [`${outside}/sound`, "RIFF"],
  ])("transcribes %.30s", async (audio, part) => {
    const { text } = await SPEECH.transcribe(alice, { audio, language: "de-AT" });
    expect(text).toContain("heard multipart/form-data");
    expect(text).toContain(part);
    expect(text).toMatch(/name="language"\s+de\s/);
  });
  it("refuses what is no sound, and addresses of one's own network", async () => {
    expect(await codeOf(SPEECH.transcribe(alice, { audio: "{}" }))).toBe("bad_request");
    expect(await codeOf(SPEECH.transcribe(alice, { audio: "http://169.254.169.254/" }))).toBe("forbidden");
    expect(await codeOf(SPEECH.transcribe(alice, { audio: `${outside}/status/404` }))).toBe("provider_error");
  });
});

describe("images", () => {
  it("makes pictures, whether they come as data or by address", async () => {
    expect(await IMAGES.generate(alice, { prompt: "a cat", count: 2 })).toEqual({
      images: [{ url: "data:image/png;base64,cG5n" }, { url: "https://images.test/1.png" }],
    });
    expect(await codeOf(IMAGES.generate(alice, { prompt: "x", image: "data:," }))).toBe("not_configured");
  });
  it("says what one shows", async () => {
    const { text } = await IMAGES.describe(alice, { image: "data:image/png;base64,cG5n", prompt: "What?" });
    expect(text).toBe("a cat");
  });
});
