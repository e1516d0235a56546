import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { ownName } from "../../project/stack-name";
import { stateFolder } from "../backend";
import { backendError, commandError } from "../engine-errors";
import { notingLock } from "./locks";
import { readStateFile } from "./state-file";

const run = promisify(execFile);
/** Bytes that a state may have. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A stack's state as it lies in its backend. */
export type ExportedState = Deployment;

/**
 * The state with its secrets encrypted. `Stack.exportStack` would have the engine decrypt them.
 *
 * @param version of Pulumi Cloud. @default the present one
 * @throws UnreadableStateError where the backend has a state that is none.
 */
export async function exportState(stack: Stack, version?: number): Promise<ExportedState> {
  if (version !== undefined)
    return JSON.parse(await pulumi(stack, ["stack", "export", "--version", `${version}`]));
  const folder = await stateFolder(stack);
  const read = folder === undefined ? undefined : await readStateFile(folder, ownName(stack.name));
  return read ?? JSON.parse(await pulumi(stack, ["stack", "export"]));
}

/** The state with its secrets in plain: for no file and no log. */
export async function decryptedState(stack: Stack): Promise<ExportedState> {
  return JSON.parse(await pulumi(stack, ["stack", "export", "--show-secrets"]));
}

/**
 * Imports a state. `Stack.importStack` would leave it in a file that everybody can read.
 *
 * @throws StackBusyError where an update is in progress.
 */
export async function importState(stack: Stack, state: ExportedState): Promise<void> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), "pipeline-state-"));
  try {
    const file = path.join(dir, "state.json");
    await fs.writeFile(file, JSON.stringify(state), { mode: 0o600 });
    await locking(stack, ["stack", "import", "--file", file]);
  } finally {
    await fs.rm(dir, { recursive: true, force: true });
  }
}

/**
 * Clears the protection of resources, which the engine otherwise refuses to delete.
 *
 * @throws StackBusyError where an update is in progress.
 */
export async function unprotect(stack: Stack, urns: readonly string[]): Promise<void> {
  await locking(stack, ["state", "unprotect", ...urns, "--yes"]);
}

/** A command that takes the stack's lock. */
async function locking(stack: Stack, args: readonly string[]): Promise<void> {
  await notingLock(await stateFolder(stack), ownName(stack.name), () => pulumi(stack, args));
}

async function pulumi({ name, workspace }: Stack, args: readonly string[]): Promise<string> {
  const { pulumiCommand, workDir, envVars, pulumiHome } = workspace;
  const env = { ...process.env, ...envVars, ...(pulumiHome ? { PULUMI_HOME: pulumiHome } : {}) };
  const all = [...args, "--stack", name, "--non-interactive"];
  try {
    return (await run(pulumiCommand.command, all, { cwd: workDir, env, maxBuffer: MOST_BYTES })).stdout;
  } catch (error) {
    const text = error instanceof Error && "stderr" in error ? String(error.stderr) : error;
    throw backendError(String(text)) ?? commandError(name, `pulumi ${args.slice(0, 2).join(" ")}`, text);
  }
}
