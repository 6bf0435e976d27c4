/** Writes docs/COMPONENTS.md, the table of every component, and its short form in README.md; with `--check` it fails where one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describeComponents } from "../src/nodes/index.ts";
import type { ComponentDescription } from "../src/protocol/components.ts";
import { table } from "./markdown-table.ts";
import { inProject } from "./project.ts";

const readme = inProject("README.md");
/** Between these the README has the short table. */
const marks = ["<!-- prettier-ignore-start -->", "<!-- prettier-ignore-end -->"] as const;

const introduction = `# Components

What spells can be made of, by family: written by \`scripts/catalogue-table.ts\` from the catalogue, which \`GET /components\`
gives with all sockets, data schemas and the whole help.

A component is found by its name or by any of the names that it had in other years. One that **needs a service** asks a service
or a provider, and fails with \`not_configured\` where there is none. A **retired** one asked something that is gone: spells that
have it load, and a run that reaches it fails with \`not_configured\` and says what to use instead.
`;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The part of a category before the slash. */
const familyOf = ({ category }: ComponentDescription): string =>
  category === "I/O" || category === "IO" ? "I/O" : (category.split("/")[0] ?? category);

const firstSentence = (help: string): string => /^.*?[.](?=\s|$)/.exec(help)?.[0] ?? help;

/** Of a retired one all, since what to use instead comes last. */
const summaryOf = ({ status, help }: ComponentDescription): string =>
  status === "retired" ? help : firstSentence(help);

const statuses = { ready: "", "needs-service": "needs a service", retired: "retired" } as const;

/** Text in a cell: what would be markup stands as itself. */
const plain = (text: string): string => text.replace(/[*_<\\`[\]]/g, "\\$&");

function componentTable(components: ComponentDescription[]): string {
  const families = new Map<string, ComponentDescription[]>();
  for (const component of components.toSorted((a, b) => byText(a.name, b.name))) {
    const family = familyOf(component);
    families.set(family, [...(families.get(family) ?? []), component]);
  }
  const sections = [...families]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([family, members]) => {
      const rows = members.map((component) => [
        `\`${component.name}\``,
        component.aliases.map((alias) => `\`${alias}\``).join(", "),
        component.category,
        statuses[component.status],
        plain(summaryOf(component)),
      ]);
      return `## ${family}\n\n${table(["Name", "Other names", "Category", "Status", "What it does"], rows)}\n`;
    });
  const count = (status: ComponentDescription["status"]): number =>
    components.filter((component) => component.status === status).length;
  const names = components.reduce((sum, { aliases }) => sum + 1 + aliases.length, 0);
  const counts = `${components.length} components with ${names} names: ${count("ready")} ready, ${count("needs-service")} that need a service, ${count("retired")} retired.\n`;
  return [introduction, counts, ...sections].join("\n");
}

/** Names alone, by family and status. */
function shortTable(components: ComponentDescription[]): string {
  const families = new Map<string, ComponentDescription[]>();
  for (const component of components.toSorted((a, b) => byText(a.name, b.name)))
    families.set(familyOf(component), [...(families.get(familyOf(component)) ?? []), component]);
  const names = (members: ComponentDescription[], status: ComponentDescription["status"]): string =>
    members
      .filter((member) => member.status === status)
      .map(({ name }) => plain(name))
      .join(", ");
  const rows = [...families]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([family, members]) => [
      family,
      names(members, "ready"),
      names(members, "needs-service"),
      names(members, "retired"),
    ]);
  // Not padded: the longest cell holds hundreds of names.
  const lines = [["Family", "Ready", "Needs a service", "Retired"], ["---", "---", "---", "---"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function withShortTable(text: string, components: ComponentDescription[]): string {
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start === undefined || end === undefined || start === -1 || end < start)
    throw new Error(`README.md has no ${marks.join(" … ")}`);
  return `${text.slice(0, start + marks[0].length)}\n\n${shortTable(components)}\n\n${text.slice(end)}`;
}

const components = describeComponents();
const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Absent is as stale as it gets.
    return "";
  }
};
const wanted = [
  { name: "docs/COMPONENTS.md", file: inProject("docs/COMPONENTS.md"), text: componentTable(components) },
  { name: "README.md", file: readme, text: withShortTable(read(readme), components) },
];

for (const { name, file, text } of wanted)
  if (process.argv.includes("--check")) {
    if (read(file) === text) continue;
    console.error(`${name} is stale. Run \`npm run components\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${name}: written`);
  }
