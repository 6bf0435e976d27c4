/** What is used of the site's builder, which comes without types. */
declare module "@11ty/eleventy" {
  interface Config {
    addTemplate(path: string, content: string): void;
    amendLibrary(name: "md", change: (library: never) => void): void;
  }
  export default class Eleventy {
    constructor(
      input: string,
      output?: string,
      options?: { quietMode?: boolean; configPath?: string; config?: (config: Config) => void },
    );
    toJSON(): Promise<{ inputPath: string; url: string; content: string }[]>;
  }
}
