import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Workspace } from "@pulumi/pulumi/automation";

/** Where a workspace has its state: the environment's word before the project's. An empty one is none, as to Pulumi. */
export async function backendUrlOf(
  workspace: Pick<Workspace, "projectSettings" | "envVars">,
): Promise<string | undefined> {
  const { backend } = await workspace.projectSettings();
  return { ...process.env, ...workspace.envVars }.PULUMI_BACKEND_URL || backend?.url;
}

/** Where neither environment nor project names a backend, Pulumi takes the one of its last login. */
const LAST_LOGIN = "the backend of `pulumi login`";

/** What of a URL's query tells one backend from another; nothing else of it is shown or kept. */
const TELLING = new Set(["region", "endpoint", "profile", "awssdk", "sslmode", "storage_account"]);

/**
 * A backend as it may be shown and kept: its URL, without who logs in there and without what of its query may be secret. A
 * folder has one name, however it is written: in the project it is named from there, so that the project can be moved.
 */
export function backendName(url: string | undefined, workDir: string): string {
  if (url === undefined) return LAST_LOGIN;
  const folder = backendFolder(url, workDir);
  if (folder !== undefined) {
    const inside = path.relative(workDir, folder);
    return inside.startsWith("..") || path.isAbsolute(inside) ? `file://${folder}` : `file://./${inside}`;
  }
  const [place = "", query] = url.split(/\?(.*)/s);
  const known = place.replace(/^((?:postgres|postgresql|https?):\/\/).*@/, "$1");
  if (query === undefined) return known;
  const told = query.split("&").map((part) => {
    const [key = ""] = part.split("=");
    return TELLING.has(key) ? part : `${key}=...`;
  });
  return `${known}?${told.join("&")}`;
}

/** The folder that a backend is, or `undefined` where it is elsewhere. */
export function backendFolder(url: string | undefined, workDir: string): string | undefined {
  if (url === undefined || !url.startsWith("file:")) return undefined;
  const place = url.slice("file://".length);
  if (place.startsWith("/")) return fileURLToPath(url);
  return path.resolve(workDir, place.replace(/^~/, process.env.HOME ?? "~"));
}
