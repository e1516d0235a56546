import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Workspace } from "@pulumi/pulumi/automation";
import { obstacle, type PreflightFinding } from "./finding";

/**
 * Whether a backend that is a folder takes files: an update whose state cannot be written leaves resources that nobody
 * knows of. Backends elsewhere are asked by the engine when it opens the stack.
 *
 * @param url of the backend, such as `file://./state`, relative to `workDir`; `~` is the home folder.
 */
export async function checkBackend(url: string | undefined, workDir: string): Promise<PreflightFinding[]> {
  const folder = backendFolder(url, workDir);
  if (folder === undefined) return [];
  const probe = path.join(folder, `.write-${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(probe, "");
    await rm(probe);
    return [];
  } catch (error) {
    return [
      obstacle(
        `the state cannot be written to ${folder}: ${error instanceof Error ? error.message : error}`,
        "make the folder writable, or have its disk freed",
      ),
    ];
  }
}

/** Where a workspace has its state: the environment's word before the project's. */
export async function backendUrlOf(
  workspace: Pick<Workspace, "projectSettings" | "envVars">,
): Promise<string | undefined> {
  const { backend } = await workspace.projectSettings();
  return { ...process.env, ...workspace.envVars }.PULUMI_BACKEND_URL ?? backend?.url;
}

/** The folder that a backend is, or `undefined` where it is elsewhere. */
export function backendFolder(url: string | undefined, workDir: string): string | undefined {
  if (url === undefined || !url.startsWith("file:")) return undefined;
  const place = url.slice("file://".length);
  if (place.startsWith("/")) return fileURLToPath(url);
  return path.resolve(workDir, place.replace(/^~/, process.env.HOME ?? "~"));
}
