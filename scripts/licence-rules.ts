/** Which licences the packages may have, as SPDX expressions. */
import type { Package } from "./packages.ts";

/** They ask for their text to be kept, at most. */
const anywhere: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

/** Beside them, for tools that stay on the machine that runs them. */
const forTools: ReadonlySet<string> = new Set(["MPL-2.0", "Python-2.0"]);

/**
 * Packages with a licence of their own. libvips, which Miniflare has for the simulator of images, comes unchanged as a library beside
 * the program, which anybody may replace: that is what the LGPL asks for. It is in the server's own installation alone, never in
 * the Worker, the page or the client, and is not called.
 */
const named: readonly { package: RegExp; licence: string }[] = [
  { package: /^@img\/sharp-/, licence: "LGPL-3.0-or-later" },
];

/** What is wrong with the package's licence; undefined where it may be used. */
export function licenceFault({ name, version, licence, isShipped }: Package): string | undefined {
  const may = (id: string): boolean =>
    anywhere.has(id) ||
    (!isShipped && forTools.has(id)) ||
    named.some((one) => one.package.test(name) && one.licence === id);
  if (licence === undefined) return `${name}@${version} names no licence.`;
  const verdict = judge(licence, may);
  if (verdict === true) return undefined;
  const whose = isShipped ? "what is shipped" : "a tool";
  return verdict === undefined
    ? `${name}@${version} has a licence that cannot be read: ${licence}`
    : `${name}@${version} (${whose}) has the licence ${licence}, which is not on the list.`;
}

/**
 * Whether an SPDX expression holds; undefined for what is none. AND binds closer than OR; `WITH` and `+` are read as part of no
 * known licence, and so refused.
 */
export function judge(expression: string, may: (id: string) => boolean): boolean | undefined {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean | undefined => {
    let holds = both();
    while (words[at] === "OR") {
      at += 1;
      const next = both();
      holds = holds === undefined || next === undefined ? undefined : holds || next;
    }
    return holds;
  };
  const both = (): boolean | undefined => {
    let holds = one();
    while (words[at] === "AND") {
      at += 1;
      const next = one();
      holds = holds === undefined || next === undefined ? undefined : holds && next;
    }
    return holds;
  };
  const one = (): boolean | undefined => {
    const word = words[at];
    at += 1;
    if (word === "(") {
      const inside = either();
      if (words[at] !== ")") return undefined;
      at += 1;
      return inside;
    }
    return word === undefined || !/^[A-Za-z0-9.-]+$/.test(word) || /^(AND|OR|WITH)$/.test(word)
      ? undefined
      : may(word);
  };
  const verdict = either();
  return at === words.length ? verdict : undefined;
}
