import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { backendFolder } from "../../engine/backend";
import { messageOf } from "../../errors";
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
        `the state cannot be written to ${folder}: ${messageOf(error)}`,
        "make the folder writable, or have its disk freed",
      ),
    ];
  }
}
