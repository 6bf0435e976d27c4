import { expect, it } from "vitest";
import { sha256 } from "../../src/platform/crypto.ts";
import { makeTicket, readTicket } from "../../src/platform/tickets.ts";

it.each(["alice", "https://issuer.test/|\u{1f9d9} Gandalf", "a.b"])(
  "names its user %s and is kept as a hash",
  async (user) => {
    const { ticket, hash } = await makeTicket(user);
    expect(await readTicket(ticket)).toEqual({ userId: user, hash });
    expect(hash).toBe(await sha256(ticket));
    expect(ticket).not.toContain(hash);
  },
);

it("is another one each time", async () => {
  expect((await makeTicket("alice")).ticket).not.toBe((await makeTicket("alice")).ticket);
});

it.each([
  "",
  ".",
  "YWxpY2U.short",
  "YWxpY2U",
  `!!.${"a".repeat(43)}`,
  `_w.${"a".repeat(43)}`,
  `Y.${"a".repeat(43)}`,
])("is not read from %j", async (text) => {
  expect(await readTicket(text)).toBeNull();
});
