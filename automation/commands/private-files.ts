import * as fs from "node:fs/promises";
import * as path from "node:path";
import { formatProblem, showValue } from "../../components/settings/problems";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import { printExactly } from "../terminal/terminal";

/** Prints a text, or writes it into a file that this user alone may read. */
export async function printOrWrite(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) return printExactly(text);
  const fix = "name a file in a folder that you can write to";
  await naming({ key: "--output", value: output, fix }, () => writePrivately(output, text));
}

/**
 * Writes files by their names into a folder; this user alone may read them.
 *
 * @throws UsageError where the folder holds something: who runs all of its files would run that too.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const named = { key: "--output-dir", value: folder, fix: "name a new or an empty folder" };
  await naming(named, async () => {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await fs.readdir(folder)).length > 0) {
      throw new UsageError(
        formatProblem({ ...named, value: showValue(folder), rule: "must not hold files yet" }),
      );
    }
    for (const [name, text] of files) await writePrivately(path.join(folder, name), text);
  });
}

/** Also where a file is there that others may read. */
async function writePrivately(file: string, text: string): Promise<void> {
  const handle = await fs.open(file, "w", 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(text, "utf8");
  } finally {
    await handle.close();
  }
}

async function naming(what: Parameters<typeof pathError>[1], write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw error instanceof UsageError ? error : pathError(error, what);
  }
}
