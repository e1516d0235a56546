import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { packageDir } from "../components/package";
import { type Ended, start } from "./engine/processes";

/** What the package is not made of. */
const LEFT_OUT = new Set([".git", "bench", "dist", "node_modules", "state", "template", "test"]);

/**
 * `npm pack`, into a folder. Of a copy: it compiles into dist/, where another test may be packing.
 */
export async function packInto(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), "packed-"));
  try {
    for (const name of await fs.readdir(packageDir)) {
      if (LEFT_OUT.has(name)) continue;
      await fs.cp(path.join(packageDir, name), path.join(copy, name), { recursive: true });
    }
    await fs.symlink(path.join(packageDir, "node_modules"), path.join(copy, "node_modules"));
    const command = ["npm", "pack", "--json", "--pack-destination", folder];
    return await start(command, copy, environment).ended;
  } finally {
    await fs.rm(copy, { recursive: true });
  }
}
