import * as fs from "node:fs/promises";
import * as path from "node:path";
import { PROJECT } from "../../../components/settings/settings";
import { commandLine } from "../../command-line";

/** The file in which a backend that is a folder has a stack's state. */
async function stateFile(folder: string, stack: string): Promise<string> {
  const file = path.join(folder, ".pulumi", "stacks", PROJECT, `${stack}.json`);
  // As PULUMI_DIY_BACKEND_GZIP has it.
  const packed = `${file}.gz`;
  const isPacked = await fs.access(packed).then(
    () => true,
    () => false,
  );
  return isPacked ? packed : file;
}

/**
 * Keeps an unreadable state beside its file, under a name that Pulumi takes for no stack's, so that another can take its place.
 *
 * @returns where it is.
 */
export async function setAside(folder: string, stack: string, now = new Date()): Promise<string> {
  const file = await stateFile(folder, stack);
  const aside = `${file}.unreadable-${now.toISOString().replaceAll(/[-:.]/g, "")}`;
  await fs.copyFile(file, aside, fs.constants.COPYFILE_EXCL);
  return aside;
}

/** What to do where a state cannot be read. */
export async function recoveryHint(
  folder: string | undefined,
  stack: string,
  copies: readonly unknown[],
): Promise<string> {
  if (folder === undefined) {
    return "put an earlier version of the state in its place by the backend's own means, such as a bucket's versioning";
  }
  const file = await stateFile(folder, stack);
  if (copies.length === 0)
    return `put an earlier version of ${file} in its place: of its copies here there is none`;
  return `${commandLine("recover", stack, " --restore latest")}, which keeps the unreadable state beside the restored one`;
}
