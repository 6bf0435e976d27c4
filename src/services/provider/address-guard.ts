/**
 * Which addresses a user's nodes may reach: the outside, and nothing of the network that this server stands in. Judged by the
 * address as the URL parser writes it, which knows every spelling of a number; a name is judged by itself, since a Worker cannot
 * look it up before it fetches.
 */
import { SpellError } from "../../protocol/errors.ts";

export interface GuardSettings {
  /** Hosts that may be reached whatever they are. */
  allowed: readonly HostPattern[];
  /** Hosts that may not, even if they are outside and allowed. */
  blocked: readonly HostPattern[];
  /** Nothing but what is allowed may be reached. */
  isClosed: boolean;
}

/** `host`, `host:port` or `*.example.com`, which is every name below it. */
interface HostPattern {
  /** As the URL parser writes it; with a dot in front for all names below. */
  host: string;
  port: string | undefined;
}

export interface GuardEnv {
  HTTP_ALLOWED_HOSTS?: string;
  HTTP_BLOCKED_HOSTS?: string;
}

/** @throws SpellError `not_configured` for what is no host: a list that is not understood must not let everything pass */
export const guardSettingsOf = (env: GuardEnv): GuardSettings => {
  const blocked = listOf(env.HTTP_BLOCKED_HOSTS);
  return {
    allowed: listOf(env.HTTP_ALLOWED_HOSTS).map((text) => patternOf("HTTP_ALLOWED_HOSTS", text)),
    blocked: blocked.filter((text) => text !== "*").map((text) => patternOf("HTTP_BLOCKED_HOSTS", text)),
    isClosed: blocked.includes("*"),
  };
};

const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");

function patternOf(setting: string, text: string): HostPattern {
  const isBelow = text.startsWith("*.");
  const url = URL.parse(`http://${isBelow ? text.slice(2) : text}`);
  const port = /:(\d+)$/.exec(text)?.[1];
  const isHost =
    url !== null && !url.host.includes("*") && url.href === `http://${url.host}/` && nameOf(url) !== "";
  if (!isHost)
    throw new SpellError(
      "not_configured",
      `${setting}: "${text}" is no host. Write host, host:port or *.example.com, with commas between.`,
    );
  return {
    host: (isBelow ? "." : "") + nameOf(url),
    port: port === undefined ? undefined : String(Number(port)),
  };
}

/** Without the dot that a whole name may end in: a name with it is the same host. */
const nameOf = ({ hostname }: URL): string => hostname.replace(/\.$/, "");

/**
 * @param asker who is told of in messages
 * @throws SpellError `bad_request` for what is no http(s) address, `forbidden` for one that may not be reached
 */
export function checkedAddress(text: string, settings: GuardSettings, asker = "http"): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new SpellError("bad_request", `${asker}: the address is no http or https address.`);
  if (url.username !== "" || url.password !== "")
    throw new SpellError(
      "bad_request",
      `${asker}: an address may hold no user name or password. Use a header.`,
    );
  const { host } = url;
  if (settings.blocked.some((pattern) => fits(pattern, url)))
    throw new SpellError("forbidden", `${asker}: ${host} is blocked here (HTTP_BLOCKED_HOSTS).`);
  if (settings.allowed.some((pattern) => fits(pattern, url))) return url;
  if (settings.isClosed || isInside(nameOf(url)))
    throw new SpellError(
      "forbidden",
      `${asker}: ${host} ${settings.isClosed ? "is not among the hosts that may be reached here" : "is no address of the outside"}. An operator can allow it by HTTP_ALLOWED_HOSTS.`,
    );
  if (badPorts.has(Number(url.port)))
    throw new SpellError("forbidden", `${asker}: the port ${url.port} is for another protocol than http.`);
  return url;
}

const fits = ({ host, port }: HostPattern, url: URL): boolean => {
  const name = nameOf(url);
  const isOf = host.startsWith(".") ? name.endsWith(host) && name.length > host.length : name === host;
  return isOf && (port === undefined || port === (url.port || (url.protocol === "https:" ? "443" : "80")));
};

/** Where a request in http could be read as words of another protocol: https://fetch.spec.whatwg.org/#port-blocking */
const badPorts: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * Names that mean a network of one's own: RFC 6761, RFC 6762, RFC 8375, RFC 9476, and what clouds, containers and clusters call
 * theirs. Below arpa there are no servers of the outside.
 */
const insideNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|arpa|localdomain|test|example|invalid|onion|alt|svc|docker|consul)$/;

function isInside(name: string): boolean {
  if (name.startsWith("[")) return isInsideV6(name.slice(1, -1));
  const numbers = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(name)?.slice(1).map(Number);
  if (numbers !== undefined) return isInsideV4(numbers);
  // A name without a dot is looked up in the network's own domain.
  return !name.includes(".") || insideNames.test(name);
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry */
function isInsideV4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    a >= 224
  );
}

/** https://www.iana.org/assignments/iana-ipv6-special-registry: outside is 2000::/3 alone, without what stands for IPv4 or tunnels. */
function isInsideV6(address: string): boolean {
  const groups = groupsOf(address);
  const [a = 0, b = 0] = groups;
  // ::ffff:a.b.c.d and 64:ff9b::a.b.c.d are IPv4 addresses.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const isTranslated = a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (isMapped || isTranslated) {
    const [high = 0, low = 0] = groups.slice(6);
    return isInsideV4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  if (a < 0x2000 || a > 0x3fff) return true;
  // What protocols have for themselves (Teredo among it), documentation, 6to4.
  return (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000);
}

/** The eight numbers of an address as the URL parser writes it: small hex, one `::` at most. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail ?? "")];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}
