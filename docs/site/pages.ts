/** The pages of the site in their order, by sections. Files are relative to docs/; `api.md` is written by the build. */
export interface PageEntry {
  file: string;
  title: string;
}

export const sections: readonly { title: string; pages: readonly PageEntry[] }[] = [
  {
    title: "Begin",
    pages: [
      { file: "index.md", title: "Spellrunner" },
      { file: "quick-start.md", title: "Quick start" },
      { file: "concepts.md", title: "Concepts" },
    ],
  },
  {
    title: "Build",
    pages: [
      { file: "writing-a-component.md", title: "Writing a component" },
      { file: "editors.md", title: "An editor of your own" },
      { file: "services.md", title: "Services" },
      { file: "migrating.md", title: "From Thoth or Magick" },
    ],
  },
  {
    title: "Run",
    pages: [
      { file: "self-hosting.md", title: "On your own machine" },
      { file: "cloudflare.md", title: "On Cloudflare" },
      { file: "backup.md", title: "Backup and restore" },
      { file: "upgrading.md", title: "Upgrading" },
      { file: "scaling.md", title: "Load and scaling" },
      { file: "security.md", title: "Security" },
    ],
  },
  {
    title: "Look up",
    pages: [
      { file: "api.md", title: "HTTP API" },
      { file: "FORMATS.md", title: "Formats of spells" },
      { file: "COMPONENTS.md", title: "Components" },
      { file: "LIMITS.md", title: "Limits" },
    ],
  },
];

export const pages: readonly PageEntry[] = sections.flatMap((section) => section.pages);

/** Where a page is on the site: `/docs/quick-start/`. */
export function urlOf(file: string): string {
  const name = file.replace(/\.md$/, "").toLowerCase();
  return name === "index" ? "/docs/" : `/docs/${name}/`;
}
