/** The user's spells: open, make, import, duplicate, export, delete. */
import "./spells.css";
import { useCallback, useRef, useState } from "react";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Loading } from "../../atoms/loading.tsx";
import { Table } from "../../atoms/table.tsx";
import { useFetched } from "../../atoms/use-fetched.ts";
import { useTask } from "../../atoms/use-task.ts";
import { emptySpell } from "../../core/document.ts";
import { firstExample } from "../../stores/first-example.ts";
import { go } from "../../stores/router.ts";
import { importFiles } from "./import-files.ts";
import { SpellRow } from "./spell-row.tsx";

const pageSize = 50;

export function SpellsPage({ client }: { client: SpellrunnerClient }) {
  const [search, setSearch] = useState("");
  const [limit, setLimit] = useState(pageSize);
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const [attempt, isBusy] = useTask();
  const fetch = useCallback(
    () => client.spells.list({ limit: Math.min(100, limit), ...(search === "" ? {} : { search }) }),
    [client, search, limit],
  );
  const { data, error, reload } = useFetched(fetch);
  const make = (spell: unknown): void =>
    void attempt(async () => go({ page: "spell", spellId: (await client.spells.create(spell)).id }));
  const take = (chosen: FileList | null): void =>
    void attempt(async () => {
      const ids = await importFiles(client, [...(chosen ?? [])]);
      reload();
      const [first] = ids;
      if (ids.length === 1 && first !== undefined) go({ page: "spell", spellId: first });
    });
  return (
    <section
      className="page"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <header className="page-head">
        <h1>Spells</h1>
        <input
          className="search"
          type="search"
          aria-label="Search spells"
          placeholder="Search"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
        <input
          ref={files}
          type="file"
          multiple
          hidden
          aria-label="Spell files"
          onChange={({ target }) => {
            take(target.files);
            target.value = "";
          }}
        />
        <Button disabled={isBusy} onClick={() => files.current?.click()}>
          Import
        </Button>
        <Button look="primary" disabled={isBusy} onClick={() => make(emptySpell("New spell"))}>
          New spell
        </Button>
      </header>
      {error !== null && (
        <p className="fault" role="alert">
          {error.message} <Button onClick={reload}>Try again</Button>
        </p>
      )}
      {data === null && error === null && <Loading />}
      {data !== null && data.data.length === 0 && (
        <Empty title={search === "" ? "No spells yet" : "No spell of that name"}>
          {search === "" && (
            <>
              <p>Drop a file of Thoth, Magick or Spellrunner here, or begin with one that runs.</p>
              <Button look="primary" disabled={isBusy} onClick={() => make(firstExample)}>
                Open the first example
              </Button>
            </>
          )}
        </Empty>
      )}
      {data !== null && data.data.length > 0 && (
        <div className="table-wrap">
          <Table columns={["Name", "Id", { title: "Version", isNumber: true }, "Changed"]} hasActions>
            {data.data.map((spell) => (
              <SpellRow key={spell.id} spell={spell} client={client} onChange={reload} />
            ))}
          </Table>
        </div>
      )}
      {data?.nextCursor !== undefined && limit < 100 && (
        <Button onClick={() => setLimit(limit + pageSize)}>More</Button>
      )}
      <p className="soft">
        Files of Thoth, Magick, its projects and Spellrunner can be dropped anywhere on this page.
      </p>
    </section>
  );
}
