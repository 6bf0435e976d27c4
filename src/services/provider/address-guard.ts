/**
 * Which addresses a user's nodes may reach: the outside, and nothing of the network that this server stands in. Judged by the
 * address as the URL parser writes it, which knows every spelling of a number; a name is judged by itself, since a Worker cannot
 * look it up before it fetches.
 */
import { SpellError } from "../../protocol/errors.ts";

export interface GuardSettings {
  /** Hosts that may be reached whatever they are: `host`, `host:port`, `*.example.com`. */
  allowed: readonly string[];
  /** Hosts that may not, even if they are outside. */
  blocked: readonly string[];
}

export interface GuardEnv {
  HTTP_ALLOWED_HOSTS?: string;
  HTTP_BLOCKED_HOSTS?: string;
}

export const guardSettingsOf = (env: GuardEnv): GuardSettings => ({
  allowed: listOf(env.HTTP_ALLOWED_HOSTS),
  blocked: listOf(env.HTTP_BLOCKED_HOSTS),
});

const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");

/** @throws SpellError `bad_request` for what is no http(s) address, `forbidden` for one that may not be reached */
export function checkedAddress(text: string, settings: GuardSettings): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new SpellError("bad_request", "http: the address is no http or https address.");
  if (url.username !== "" || url.password !== "")
    throw new SpellError("bad_request", "http: an address may hold no user name or password. Use a header.");
  const { host, hostname } = url;
  if (settings.blocked.some((pattern) => fits(pattern, host, hostname)))
    throw new SpellError("forbidden", `http: ${host} is blocked here (HTTP_BLOCKED_HOSTS).`);
  if (settings.allowed.some((pattern) => fits(pattern, host, hostname))) return url;
  if (isInside(hostname))
    throw new SpellError(
      "forbidden",
      `http: ${host} is no address of the outside. An operator can allow it by HTTP_ALLOWED_HOSTS.`,
    );
  return url;
}

const fits = (pattern: string, host: string, hostname: string): boolean =>
  pattern === host ||
  pattern === hostname ||
  (pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1)) && hostname.length > pattern.length - 1);

/** Names that mean a network of one's own: RFC 6761, RFC 6762, RFC 8375, and what clouds call their metadata servers. */
const insideNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|localdomain|test|example|invalid)$/;

function isInside(hostname: string): boolean {
  if (hostname.startsWith("[")) return isInsideV6(hostname.slice(1, -1));
  const numbers = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(hostname)?.slice(1).map(Number);
  if (numbers !== undefined) return isInsideV4(numbers);
  const name = hostname.replace(/\.$/, "");
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
  // Teredo, documentation, 6to4.
  return (a === 0x2001 && (b === 0 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000);
}

/** The eight numbers of an address as the URL parser writes it: small hex, one `::` at most. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail ?? "")];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}
