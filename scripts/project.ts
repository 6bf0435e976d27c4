/** Where the parts of the project are. */
import { join } from "node:path";

export const projectDir = join(import.meta.dirname, "..");
export const inProject = (...parts: string[]): string => join(projectDir, ...parts);

export const wranglerConfig = inProject("wrangler.toml");
export const migrationsDir = inProject("src/db/migrations");
