import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { packageDir } from "../../../components/package";

/** Beside the compiled modules: who may write there has installed the project. A file for each CLI, since one may run beside another. */
function cacheOf(file: string): string {
  const name = createHash("sha256").update(file).digest("hex").slice(0, 16);
  return path.join(packageDir, "node_modules", ".cache", `pulumi-version-${name}.json`);
}

/** A file as it was when it reported its version. */
interface Known {
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly version: string;
}

/** The CLI's file: in an installation's folder, or the first one on PATH. */
export async function cliFile(root: string | undefined): Promise<string | undefined> {
  const folders =
    root === undefined ? (process.env.PATH ?? "").split(path.delimiter) : [path.join(root, "bin")];
  for (const folder of folders.filter((each) => path.isAbsolute(each))) {
    const file = path.join(folder, "pulumi");
    if (
      await fs.access(file, fs.constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return fs.realpath(file);
  }
  return undefined;
}

/** The version that a CLI of this very file has reported before: calling it takes a fifth of a second. */
export async function knownVersion(file: string): Promise<string | undefined> {
  try {
    const [known, { size, mtimeMs }] = await Promise.all([readKnown(file), fs.stat(file)]);
    return known.file === file && known.size === size && known.mtimeMs === mtimeMs
      ? known.version
      : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it, where the project's folder can be written to. */
export async function keepVersion(file: string, version: string): Promise<void> {
  try {
    const { size, mtimeMs } = await fs.stat(file);
    const known: Known = { file, size, mtimeMs, version };
    const cache = cacheOf(file);
    await fs.mkdir(path.dirname(cache), { recursive: true });
    const written = `${cache}.${process.pid}`;
    await fs.writeFile(written, JSON.stringify(known));
    await fs.rename(written, cache);
  } catch {
    // It is called again then.
  }
}

async function readKnown(file: string): Promise<Known> {
  return JSON.parse(await fs.readFile(cacheOf(file), "utf8"));
}
