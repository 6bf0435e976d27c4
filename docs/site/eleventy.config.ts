/** What the builder of the site takes for pages: Markdown as it stands, `{{` included. scripts/build-docs.ts adds the rest. */
export const config = {
  templateFormats: ["md"],
  markdownTemplateEngine: false,
  dir: { includes: "site", layouts: "site", data: "site" },
};

export default function configure(): void {}
