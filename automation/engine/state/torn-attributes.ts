import * as fs from "node:fs/promises";
import * as path from "node:path";
import { PROJECT } from "../../../components/settings/settings";

/**
 * Removes the incomplete attribute files that a killed engine may leave of a stack. A backend that is a folder keeps one, `.attrs`, beside
 * each state and writes it in place (attrs.go of gocloud.dev/blob/fileblob): torn, it makes a whole state unreadable, and
 * without it nothing is missing.
 *
 * @returns how many were removed.
 */
export async function removeTornAttributes(folder: string, stack: string): Promise<number> {
  const dir = path.join(folder, ".pulumi", "stacks", PROJECT);
  const names = (await fs.readdir(dir).catch(() => [])).filter(
    (name) => name.startsWith(`${stack}.json`) && name.endsWith(".attrs"),
  );
  const torn = await Promise.all(names.map((name) => isTorn(path.join(dir, name))));
  const found = names.filter((_, index) => torn[index]);
  await Promise.all(found.map((name) => fs.rm(path.join(dir, name), { force: true })));
  return found.length;
}

async function isTorn(file: string): Promise<boolean> {
  try {
    JSON.parse(await fs.readFile(file, "utf8"));
    return false;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
