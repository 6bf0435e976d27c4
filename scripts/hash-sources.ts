/** What a build is made of, as one text: equal while none of the files has changed. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inProject, projectDir } from "./project.ts";

/** @param folders with all that is in them. @param files further ones; those that are not there do not count */
export function hashSources(folders: readonly string[], files: readonly string[]): string {
  const inside = folders.flatMap((folder) =>
    readdirSync(inProject(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(projectDir.length + 1)),
  );
  const hash = createHash("sha256");
  for (const name of [...files, ...inside].toSorted()) {
    const path = inProject(name);
    if (!existsSync(path)) continue;
    const content = readFileSync(path);
    hash.update(`${name}\n${content.byteLength}\n`).update(content);
  }
  return hash.digest("hex");
}
