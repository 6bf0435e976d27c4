/** The search box of the site. The index is fetched when it is first used. */
import MiniSearch from "minisearch";
import { searchOptions } from "./search-options.ts";

const maxShown = 12;
const box = document.querySelector<HTMLInputElement>("#search");
const found = document.querySelector<HTMLElement>("#found");
let index: Promise<MiniSearch> | undefined;

async function load(): Promise<MiniSearch> {
  const response = await fetch("/docs/search.json");
  if (!response.ok) throw new Error(`The index of the search cannot be fetched (${response.status}).`);
  return MiniSearch.loadJSON(await response.text(), searchOptions);
}

async function search(): Promise<void> {
  if (box === null || found === null) return;
  const words = box.value.trim();
  found.hidden = words === "";
  if (words === "") return;
  try {
    const results = (await (index ??= load())).search(words).slice(0, maxShown);
    // Another letter may have been typed meanwhile.
    if (box.value.trim() !== words) return;
    found.replaceChildren(...(results.length === 0 ? ["Nothing found."] : results.map(lineOf)));
  } catch (error) {
    index = undefined;
    found.replaceChildren((error as Error).message);
  }
}

function lineOf({ id, heading, page }: Record<string, unknown>): HTMLElement {
  const line = document.createElement("a");
  line.href = String(id);
  const where = document.createElement("small");
  where.textContent = page === heading ? "" : ` ${String(page)}`;
  line.append(String(heading), where);
  return line;
}

box?.addEventListener("input", () => void search());
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    box?.focus();
  }
  if (event.key === "Escape" && found !== null) found.hidden = true;
});
found?.addEventListener("click", () => void (found.hidden = true));
