/** From where a request comes, for limits alone: it proves nothing. */

/**
 * The address as the platform tells it; on Cloudflare no client can set that header. Of an IPv6 address the network, which is what
 * one subscriber has. Requests without one are all of the same place.
 */
export function addressOf(headers: Headers): string {
  const address = (headers.get("cf-connecting-ip") ?? "").trim().toLowerCase();
  const mapped = /^(?:0*:)*:?(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const [before, after] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""));
  const missing = tail === undefined ? 0 : Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0));
  const groups = [...(before ?? []), ...Array.from({ length: missing }, () => "0"), ...(after ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
