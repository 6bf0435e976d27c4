import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

/** What a Worker of before may still ask for: a deploy migrates first, and a rollback brings back the Worker alone. */
const takesAway = /\b(?:DROP\s+(?:TABLE|COLUMN|VIEW)|RENAME\s+(?:TO|COLUMN)|ALTER\s+COLUMN)\b/i;

describe("the migrations of the database", () => {
  const { TEST_MIGRATIONS: migrations } = env as unknown as {
    TEST_MIGRATIONS: { name: string; queries: string[] }[];
  };

  it.each(migrations.map(({ name, queries }) => ({ name, queries })))(
    "$name takes nothing away that the Worker of before asks for",
    ({ queries }) => {
      expect(queries.length).toBeGreaterThan(0);
      for (const query of queries) expect(query).not.toMatch(takesAway);
    },
  );

  it("would be refused where one took something away", () => {
    expect("ALTER TABLE spells DROP COLUMN name").toMatch(takesAway);
    expect("alter table spells rename to old").toMatch(takesAway);
  });
});
