/** How long an address and headers may be. Bodies have their bounds where they are read. */
import type { MiddlewareHandler } from "hono";
import { maxHeaderLength, maxHeadersLength, maxUrlLength } from "../bounds.ts";
import { problem } from "../responses.ts";
import type { AppEnv } from "../route.ts";

export const checkBounds: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.url.length > maxUrlLength)
    return problem(
      { code: "too_large", message: `An address has at most ${maxUrlLength} characters.` },
      { status: 414, title: "URI too long" },
    );
  let length = 0;
  let longest = 0;
  // Quicker than going through an iterator, of which each request would leave one to be collected.
  c.req.raw.headers.forEach((value, name) => {
    length += name.length + value.length;
    longest = Math.max(longest, value.length);
  });
  if (longest <= maxHeaderLength && length <= maxHeadersLength) return next();
  return problem(
    {
      code: "too_large",
      message: `A header has at most ${maxHeaderLength} characters, all of them ${maxHeadersLength}.`,
    },
    { status: 431, title: "Request header fields too large" },
  );
};
