import * as fs from "node:fs/promises";
import * as path from "node:path";
import { formatProblem, showValue } from "../../../components/settings/problems";
import { UsageError } from "../../errors";
import { atPath, type NamedPath, outputFile } from "../../paths";
import { printExactly } from "../../terminal/terminal";

/** What `--output` names for standard output: POSIX, Utility Syntax Guidelines, 13. */
export const STANDARD_OUTPUT = "-";

/** Prints a text, or writes it into a file that this user alone may read. */
export async function printOrWrite(text: string, output: string = STANDARD_OUTPUT): Promise<void> {
  if (output === STANDARD_OUTPUT) return printExactly(text);
  await atPath(outputFile(output), () => writePrivately(output, text));
}

/**
 * Writes files by their names into a folder; this user alone may read them.
 *
 * @throws UsageError where the folder holds something: who runs all of its files would run that too.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await atPath(emptyFolder(folder), async () => {
    await makeEmptyFolder(folder);
    for (const [name, text] of files) await writePrivately(path.join(folder, name), text);
  });
}

/**
 * Finds out whether {@link printOrWrite} or {@link writeFolder} could write there, and leaves nothing behind.
 *
 * @throws UsageError where they could not.
 */
export async function refuseUnwritable(to: {
  readonly output?: string | undefined;
  readonly outputDir?: string | undefined;
}): Promise<void> {
  const { output, outputDir } = to;
  if (output !== undefined && output !== STANDARD_OUTPUT)
    await atPath(outputFile(output), () => tryFile(output));
  if (outputDir === undefined) return;
  await atPath(emptyFolder(outputDir), async () => {
    const created = await makeEmptyFolder(outputDir);
    if (created === undefined) await tryFile(path.join(outputDir, "trial"));
    else await fs.rm(created, { recursive: true });
  });
}

async function tryFile(name: string): Promise<void> {
  const isThere = await fs.open(name, "wx", 0o600).then(
    (handle) => handle.close().then(() => false),
    (error: NodeJS.ErrnoException) => error.code === "EEXIST" || Promise.reject(error),
  );
  if (isThere) await (await fs.open(name, "r+")).close();
  else await fs.rm(name);
}

/** Returns the first folder that had to be created for it. */
async function makeEmptyFolder(folder: string): Promise<string | undefined> {
  const created = await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await fs.readdir(folder)).length === 0) return created;
  const rule = "must not hold files yet";
  throw new UsageError(formatProblem({ ...emptyFolder(folder), value: showValue(folder), rule }));
}

function emptyFolder(value: string): NamedPath {
  return { key: "--output-dir", value, fix: "name a new or an empty folder" };
}

/** Also where a file is there that others may read. A device such as /dev/null is everybody's, and root could take it from them. */
async function writePrivately(name: string, text: string): Promise<void> {
  const handle = await fs.open(name, "w", 0o600);
  try {
    if ((await handle.stat()).isFile()) await handle.chmod(0o600);
    await handle.writeFile(text, "utf8");
  } finally {
    await handle.close();
  }
}
