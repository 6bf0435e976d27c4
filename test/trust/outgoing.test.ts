/** What users can have this server fetch: every way to aim it, at every spelling of an address that is not outside. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { SecretRepository } from "../../src/db/secrets.ts";
import type { Env } from "../../src/env.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { HttpRequest } from "../../src/protocol/services.ts";
import { checkedAddress, guardSettingsOf } from "../../src/services/provider/address-guard.ts";
import { redirected } from "../../src/services/provider/outside-fetch.ts";
import { alice, codeOf } from "../contracts/support.ts";
import { countCases } from "../helpers/count-cases.ts";

const bindings = env as unknown as Required<Env>;
const { COMPLETION, HTTP, HUGGINGFACE, IMAGES, SPEECH, WEAVIATE } = bindings;
const outside = inject("outsideUrl");
/** The same server by another name, which makes it another origin. */
const elsewhere = outside.replace("127.0.0.1", "localhost");

const tried = countCases("outgoing requests");
beforeEach(() => tried());

const inside: Record<string, readonly string[]> = {
  "loopback, spelled in each way that is known": [
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.255.255.254/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0X7F.0x0.0x0.0x1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0177.0x0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://１２７.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://12\t7.0.0\n.1/",
    "\u0000 http://127.0.0.1/ ",
    "http:\\\\127.0.0.1\\",
    "http:127.0.0.1",
    "http:///127.0.0.1/",
    "HTTP://127.0.0.1:8787/",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1\\@example.com/",
  ],
  "private networks, carriers', link-local, benchmarking, multicast and reserved ones": [
    "http://10.0.0.5/",
    "http://167772165/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://0300.0250.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://169.254.1.1/",
    "http://192.0.0.170/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
  ],
  "clouds' metadata": [
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0xa9.0xfe.0xa9.0xfe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/latest",
    "http://metadata.google.internal/",
    "http://METADATA.GOOGLE.INTERNAL./",
    "http://metadata/",
    "http://instance-data.ec2.internal/",
  ],
  "IPv6, and IPv4 within it": [
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]:80/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:FFFF:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[100::1]/",
    "http://[2001::1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[2001:2::1]/",
    "http://[2001:10::1]/",
    "http://[2001:20::1]/",
    "http://[2001:db8::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[3fff::1]/",
    "http://[4000::1]/",
    "http://[fc00::1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[febf::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
  ],
  "names of one's own network": [
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://local\u00adhost/",
    "http://a.localhost/",
    "http://localhost.localdomain/",
    "http://printer.local/",
    "http://intranet/",
    "http://wiki.intranet/",
    "http://db.internal/",
    "http://host.docker.internal/",
    "http://redis.docker/",
    "http://kubernetes.default.svc/",
    "http://kubernetes.default.svc.cluster.local/",
    "http://vault.service.consul/",
    "http://nas.lan/",
    "http://router.home/",
    "http://router.home.arpa/",
    "http://1.0.0.127.in-addr.arpa/",
    "http://ipv4only.arpa/",
    "http://dc.corp/",
    "http://x.private/",
    "http://expyuzz4wqqyqhjn.onion/",
    "http://./",
  ],
  "ports of other protocols": [
    "http://example.com:22/",
    "http://example.com:25/",
    "https://example.com:465/",
    "http://example.com:6667/",
    "http://example.com:2049/",
  ],
};
const none = [
  "",
  " ",
  "a.com",
  "//a.com",
  "/etc/passwd",
  "http://",
  "https://?",
  "http://1.2.3.4.5/",
  "http://256.1.1.1/",
  "http://0x100000000/",
  "http://[::1",
  "http://[fe80::1%25eth0]/",
  "http://a.com:99999/",
  "http://a b/",
  "http://a%00.com/",
  "http://user:pass@a.com/",
  "http://user@127.0.0.1/",
  "http://:pass@a.com/",
  "http://a.com%2f@127.0.0.1/",
  "ftp://a.com/",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/plain,a",
  "blob:http://a.com/x",
  "ws://a.com/",
  "wss://a.com/",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "dict://127.0.0.1:11211/stats",
  "ldap://a.com/",
  "jar:http://a.com!/",
  "cloudflare:workers",
  "node:fs",
];
const taken = [
  "https://example.com/a?b",
  "https://example.com./",
  "http://8.8.8.8/",
  "http://134744072/",
  "http://[2606:4700::1111]/",
  "http://[::ffff:8.8.8.8]/",
  "http://[64:ff9b::808:808]/",
  "http://172.15.0.1/",
  "http://172.32.0.1/",
  "http://100.63.255.255/",
  "http://100.128.0.1/",
  "http://169.253.0.1/",
  "http://192.167.1.1/",
  "http://198.20.0.1/",
  "http://notlocalhost.com/",
  "http://localhost.com/",
  "http://internal.example.com/",
  "http://bücher.com/",
  "http://example.com:8080/",
  "https://example.com:8443/",
];

const closed = guardSettingsOf({});
const refusal = (act: () => unknown): string => {
  try {
    act();
    return "none";
  } catch (thrown) {
    return SpellError.from(thrown).code;
  }
};

describe("An address of", () => {
  const rows = Object.entries(inside).flatMap(([kind, list]) => list.map((url) => [kind, url] as const));
  it.each(rows)("%s is refused: %j", (_, url) => {
    expect(refusal(() => checkedAddress(url, closed))).toBe("forbidden");
  });
  it.each(none)("no server that speaks http is refused: %j", (url) => {
    expect(refusal(() => checkedAddress(url, closed))).toBe("bad_request");
  });
  it.each(taken)("the outside is taken: %j", (url) => {
    expect(checkedAddress(url, closed).href).toBe(new URL(url).href);
  });
});

describe("An operator's lists", () => {
  const settings = guardSettingsOf({
    HTTP_ALLOWED_HOSTS: " 10.0.0.5:8080, *.Corp.example ,localhost:80, [::1], bücher.test",
    HTTP_BLOCKED_HOSTS: "blocked.example.com,*.evil.org,bad.com:8080,Straße.de,0x8.8.8.8, *.lan",
  });
  it.each([
    "http://10.0.0.5:8080/",
    "http://167772165:8080/",
    "http://db.corp.example/",
    "http://DB.CORP.EXAMPLE./",
    "http://localhost/",
    "http://localhost.:80/",
    "http://[0:0::1]:4000/",
    "http://xn--bcher-kva.test/",
    "http://evil.org/",
    "http://bad.com/",
    "https://bad.com:8443/",
  ])("let through: %s", (url) => {
    expect(refusal(() => checkedAddress(url, settings))).toBe("none");
  });
  it.each([
    "http://10.0.0.5/",
    "http://10.0.0.5:80/",
    "https://localhost/",
    "http://corp.example/",
    "http://xcorp.example/",
    "http://blocked.example.com/",
    "http://blocked.example.com./",
    "https://BLOCKED.example.com:8443/",
    "http://blocked。example。com/",
    "http://very.evil.org/",
    "http://very.evil.org./",
    "http://bad.com:8080/",
    "http://bad.com.:8080/",
    "http://strasse.de/".replace("strasse", "xn--strae-oqa"),
    "http://8.8.8.8/",
    "http://8.526344/",
  ])("keep out: %s", (url) => {
    expect(refusal(() => checkedAddress(url, settings))).toBe("forbidden");
  });
  it("that block everything leave what is allowed", () => {
    const few = guardSettingsOf({ HTTP_ALLOWED_HOSTS: "api.example.org", HTTP_BLOCKED_HOSTS: "*, b.org" });
    expect(refusal(() => checkedAddress("https://api.example.org/v1", few))).toBe("none");
    for (const url of [
      "https://example.org/",
      "https://a.api.example.org/",
      "http://8.8.8.8/",
      "http://b.org",
    ])
      expect(refusal(() => checkedAddress(url, few))).toBe("forbidden");
  });
  it.each([
    "http://a.com",
    "a.com/path",
    "a b",
    "*",
    "*.*.com/",
    "user@a.com",
    "a.com:http",
    "1.2.3.4.5",
    "::1",
  ])("are refused where an entry is no host: %s", (entry) => {
    expect(refusal(() => guardSettingsOf({ HTTP_ALLOWED_HOSTS: `a.org,${entry}` }))).toBe("not_configured");
  });
});

describe("A user's own", () => {
  const aims = [
    "http://127.0.0.1:8787/v1",
    "http://2130706433/",
    "http://169.254.169.254/latest",
    "http://[::ffff:10.0.0.1]/",
    "http://[fd00::1]/",
    "http://100.64.0.1/",
    "http://metadata.google.internal./",
    "http://kubernetes.default.svc/",
    "http://localhost/v1",
    "https://blocked.example.com./v1",
    "http://user:pass@example.com/",
    "file:///etc/passwd",
  ];
  const wav = `data:audio/wav;base64,${btoa("RIFF")}`;
  /** Each setting of a user's that names a server, and all that asks it. */
  const servers: [setting: string, asks: ((call: typeof alice) => Promise<unknown>)[]][] = [
    [
      "OPENAI_BASE_URL",
      [
        (call) => COMPLETION.complete(call, { prompt: "hi" }),
        (call) => COMPLETION.chat(call, { messages: [{ role: "user", content: "hi" }] }),
        (call) => COMPLETION.embed(call, { values: ["hi"] }),
        (call) => SPEECH.speak(call, { text: "hi" }),
        (call) => SPEECH.transcribe(call, { audio: wav }),
        (call) => IMAGES.generate(call, { prompt: "a cat" }),
        (call) => IMAGES.describe(call, { image: "data:image/png;base64,cG5n" }),
      ],
    ],
    ["HUGGINGFACE_BASE_URL", [(call) => HUGGINGFACE.infer(call, "a/b", "hi")]],
    [
      "WEAVIATE_URL",
      [
        (call) => WEAVIATE.find(call, {}),
        (call) => WEAVIATE.create(call, { class: "A", properties: {} }),
        (call) => WEAVIATE.nearText(call, { class: "A", concepts: ["a"], limit: 1 }),
      ],
    ],
  ];
  it.each(servers.flatMap(([setting, asks]) => aims.map((aim) => [setting, aim, asks] as const)))(
    "%s leads nowhere inside: %s",
    async (setting, aim, asks) => {
      const call = { userId: `aims-${setting}-${aims.indexOf(aim)}` };
      await new SecretRepository(bindings).put(call.userId, setting, aim);
      for (const ask of asks) expect(await codeOf(ask(call))).toMatch(/^(?:forbidden|bad_request)$/);
    },
  );
  it.each(aims)("sound is fetched from nowhere inside: %s", async (aim) => {
    const code = await codeOf(SPEECH.transcribe(alice, { audio: aim }));
    expect(["forbidden", "bad_request"]).toContain(code);
    if (!aim.startsWith("http")) return;
    const way = `${outside}/redirect/302?to=${encodeURIComponent(aim)}`;
    expect(await codeOf(SPEECH.transcribe(alice, { audio: way }))).toMatch(/^(?:forbidden|bad_request)$/);
  });
  it.each(aims)("request is redirected to nowhere inside: %s", async (aim) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const to = `${outside}/redirect/${status}?to=${encodeURIComponent(aim)}`;
      const twice = `${elsewhere}/redirect/${status}?to=${encodeURIComponent(to)}`;
      for (const url of [to, twice])
        expect(await codeOf(HTTP.request(alice, { method: "GET", url }))).toMatch(
          /^(?:forbidden|bad_request)$/,
        );
    }
  });
});

const get = (path: string, more: Partial<HttpRequest> = {}) =>
  HTTP.request(alice, { method: "GET", url: `${outside}${path}`, ...more });

describe("A redirect", () => {
  const headers = {
    authorization: "Bearer planted",
    cookie: "planted=1",
    "x-api-key": "planted",
    "x-goog-api-key": "planted",
    "private-token": "planted",
    accept: "text/plain",
    "user-agent": "tests",
  };
  const seen = async (to: string): Promise<Record<string, string>> =>
    (
      (await get(`/redirect/307?to=${encodeURIComponent(to)}`, { headers })).body as {
        headers: Record<string, string>;
      }
    ).headers;
  it("within one origin takes all headers along", async () => {
    expect(await seen("/echo")).toMatchObject(headers);
    expect(await seen(`${outside}/echo`)).toMatchObject(headers);
  });
  it("to another origin takes none along that may be a credential, and not back either", async () => {
    for (const to of [
      `${elsewhere}/echo`,
      `${elsewhere}/redirect/302?to=${encodeURIComponent(`${outside}/echo`)}`,
    ]) {
      const came = await seen(to);
      expect(came).toMatchObject({ accept: "text/plain", "user-agent": "tests" });
      expect(JSON.stringify(came)).not.toContain("planted");
    }
  });
  it("to another origin leaves a secret behind, whatever header it is in", async () => {
    const call = { userId: "redirected-secret" };
    await new SecretRepository(bindings).put(call.userId, "TOKEN", "planted");
    const ask = (to: string) =>
      HTTP.request(call, {
        method: "GET",
        url: `${outside}/redirect/302?to=${encodeURIComponent(to)}`,
        headers: { Accept: "secret:TOKEN", "X-Other": "secret:TOKEN" },
      });
    expect(JSON.stringify((await ask(`${outside}/echo`)).body)).toContain("planted");
    expect(JSON.stringify((await ask(`${elsewhere}/echo`)).body)).not.toContain("planted");
  });
  it("is followed five times at most, by sound too", async () => {
    expect(await codeOf(get("/circle"))).toBe("provider_error");
    expect(await codeOf(SPEECH.transcribe(alice, { audio: `${outside}/circle` }))).toBe("provider_error");
  });
  it.each([
    ["https://a.com/x", "/y", "https://a.com/y"],
    ["https://a.com/x", "//b.com/y", "https://b.com/y"],
    ["http://a.com/x", "https://b.com/y", "https://b.com/y"],
    ["https://a.com/x", "http://b.com/y", "forbidden"],
    ["https://a.com/x", "http://a.com/y", "forbidden"],
    ["https://a.com/x", "//127.0.0.1/y", "forbidden"],
    ["https://a.com/x", "\\\\127.0.0.1\\y", "forbidden"],
    ["https://a.com/x", "https://user@b.com/", "bad_request"],
    ["https://a.com/x", "javascript:alert(1)", "bad_request"],
    ["https://a.com/x", "https://[", "bad_request"],
  ])("from %s to %s is %s", (from, to, expected) => {
    const led = () => redirected(new URL(from), to, closed);
    expect(expected.startsWith("https:") ? led().href : refusal(led)).toBe(expected);
  });
});

describe("A request", () => {
  it.each([
    "host",
    "Content-Length",
    "Connection",
    "Keep-Alive",
    "Transfer-Encoding",
    "Upgrade",
    "Expect",
    "TE",
    "Via",
    "Forwarded",
    "Proxy-Authorization",
    "cf-connecting-ip",
    "CF-Worker",
    "CDN-Loop",
    "X-Forwarded-For",
    "x-real-ip",
    "True-Client-IP",
    "bad name",
    "",
    "x\r\ny",
    "x:y",
    "nül",
  ])("sets no header %j", async (name) => {
    expect(await codeOf(get("/echo", { headers: { [name]: "v" } }))).toBe("bad_request");
  });
  it.each(["a\r\nX-Smuggled: 1", "a\nb", "a\rb", "a\u0000b", "\u0000", "\u007f"])(
    "has no header with the value %j",
    async (value) => {
      expect(await codeOf(get("/echo", { headers: { "x-own": value } }))).toBe("bad_request");
    },
  );
  it("smuggles nothing by signs that end in the bytes of a line's end", async () => {
    const headers = { "x-own": "a\u010d\u010aX-Smuggled: 1\u2028X-Smuggled: 2" };
    const seen = (await get("/echo", { headers })).body as { headers: object };
    expect(seen.headers).not.toHaveProperty("x-smuggled");
    expect(seen.headers).toHaveProperty("x-own");
  });
  it("smuggles no header by a secret", async () => {
    const call = { userId: "smuggler" };
    await new SecretRepository(bindings).put(call.userId, "LINES", "a\r\nX-Smuggled: 1");
    const asked = HTTP.request(call, {
      method: "GET",
      url: `${outside}/echo`,
      headers: { "x-own": "secret:LINES" },
    });
    expect(await codeOf(asked)).toBe("bad_request");
  });
  it("smuggles nothing by its address or query", async () => {
    const { body } = await get("/echo/a%0d%0aX-Smuggled:%201?b=\r\nX-Smuggled: 1", {
      query: { "c\r\nX-Smuggled": "1\r\nX-Smuggled: 1" },
    });
    expect((body as { headers: object }).headers).not.toHaveProperty("x-smuggled");
  });
  it("leads nowhere else by its query", async () => {
    const asked = get("/echo", { query: { "@127.0.0.1/": "x", "#": "y", "?url": "http://10.0.0.1/" } });
    expect((await asked).body).toMatchObject({ path: "/echo" });
  });
  it.each(["TRACE", "CONNECT", "OPTIONS", "get", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", ""])(
    "has no method %j",
    async (method) => {
      expect(await codeOf(get("/echo", { method: method as "GET" }))).toBe("bad_request");
    },
  );
  it.each<[string, object]>([
    ["url", { url: `${outside}/${"x".repeat(8192)}` }],
    ["one header", { headers: { "x-long": "v".repeat(16_385) } }],
    ["timeoutMs", { timeoutMs: 300_001 }],
    ["timeoutMs of nothing", { timeoutMs: 0 }],
    ["more than it knows", { redirect: "follow" }],
  ])("is refused for too much: %s", async (_, more) => {
    expect(await codeOf(get("/echo", more))).toBe("bad_request");
  });
});

describe("An answer", () => {
  it.each([
    ["of 100 MB", "/big", "too_large"],
    ["of 64 MB that were 300 KB of gzip", "/bomb/gzip", "too_large"],
    ["of 64 MB that were 12 KB of brotli", "/bomb/br", "too_large"],
    ["that breaks off", "/cut", "provider_error"],
    ["with one header of 80 KB", "/heavy/80", /too_large|provider_error/],
    ["with a thousand headers", "/many/1000", /too_large|provider_error/],
  ])("%s is refused", async (_, path, code) => {
    expect(await codeOf(get(path))).toMatch(code);
    const sound = await codeOf(SPEECH.transcribe(alice, { audio: outside + path }));
    expect(sound).toMatch(/too_large|provider_error/);
  });
  it("that drips for ever, or never comes, ends with the time", async () => {
    for (const path of ["/drip", "/hang"])
      expect(await codeOf(get(path, { timeoutMs: 150 }))).toBe("provider_timeout");
    const late = { ...alice, deadlineAt: Date.now() + 150 };
    expect(await codeOf(SPEECH.transcribe(late, { audio: `${outside}/drip` }))).toBe("provider_timeout");
  });
  it("with headers that fit is taken, its cookies are not", async () => {
    expect((await get("/heavy/8")).body).toBe("light");
    expect((await get("/many/100")).body).toBe("light");
  });
});
