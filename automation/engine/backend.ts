import * as fs from "node:fs/promises";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation";
import { formatProblem, showValue } from "../../components/settings/problems";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import { readProject } from "../project/stack-file";

/** Schemes of the backends that Pulumi has: the drivers that its pkg/backend/diy/backend.go imports, and Pulumi Cloud. */
const SCHEMES = ["file", "s3", "gs", "azblob", "postgres", "https", "http"];

/**
 * Where a project has its state: the environment's PULUMI_BACKEND_URL, unless it is empty, before Pulumi.yaml's backend.
 *
 * @throws UsageError where Pulumi has no such backend, or its folder does not exist.
 */
export async function backendUrlOf(
  workDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const { PULUMI_BACKEND_URL: fromEnvironment } = environment;
  const url = fromEnvironment || (await readProject(workDir)).backend?.url || undefined;
  if (url === undefined) return undefined;
  const key = fromEnvironment ? "PULUMI_BACKEND_URL" : "backend.url of Pulumi.yaml";
  const [, scheme = ""] = /^([^:]*):\/\//.exec(url) ?? [];
  if (!SCHEMES.includes(scheme)) {
    // What follows the scheme may hold a password.
    const value = showValue(scheme === "" ? url : `${scheme}://...`);
    const rule = `must be the URL of a Pulumi backend: ${SCHEMES.map((name) => `${name}://`).join(", ")}`;
    const fix = "correct it, for example file://./state or s3://BUCKET?region=REGION";
    throw new UsageError(formatProblem({ key, value, rule, fix }));
  }
  const folder = backendFolder(url, workDir);
  if (folder === undefined) {
    if (namesPlace(url)) return url;
    const value = showValue(backendName(url, workDir));
    const rule = `must name a ${/^http|^postgres/.test(scheme) ? "host" : "bucket"} after ${scheme}://`;
    const fix = "correct it, for example s3://BUCKET?region=REGION or file://./state";
    throw new UsageError(formatProblem({ key, value, rule, fix }));
  }
  await fs.readdir(folder).catch((error: unknown) => {
    throw pathError(error, { key, value: url, fix: `create the folder ${folder}, or name another backend` });
  });
  return url;
}

/** Whether a URL says where: PostgreSQL's may say so by its query alone. */
function namesPlace(url: string): boolean {
  if (url.startsWith("postgres:")) return url !== "postgres://";
  return URL.canParse(url) && new URL(url).host !== "";
}

/**
 * Closes a state folder inside the project to other users, with all that this process and its engine write from then on: Pulumi
 * creates files that everybody may read. A folder elsewhere may be shared on purpose.
 */
export async function keepStatePrivate(url: string | undefined, workDir: string): Promise<void> {
  const folder = backendFolder(url, workDir);
  if (folder === undefined || path.relative(workDir, folder).startsWith("..")) return;
  await fs.chmod(folder, 0o700);
  process.umask(0o077);
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
  const options = query.split("&").map((part) => {
    const [key = ""] = part.split("=");
    return TELLING.has(key) ? part : `${key}=...`;
  });
  return `${known}?${options.join("&")}`;
}

/** The folder that a stack has its state in, or `undefined` where it is elsewhere. */
export async function stateFolder({ workspace }: Stack): Promise<string | undefined> {
  const { workDir, envVars } = workspace;
  return backendFolder(await backendUrlOf(workDir, { ...process.env, ...envVars }), workDir);
}

/** The folder that a backend is, or `undefined` where it is elsewhere. */
export function backendFolder(url: string | undefined, workDir: string): string | undefined {
  if (url === undefined || !url.startsWith("file:")) return undefined;
  // The query is for Pulumi's driver, such as `no_tmp_dir`.
  const [place = ""] = url.slice("file://".length).split("?");
  if (place.startsWith("/")) return fileURLToPath(url);
  return path.resolve(workDir, place.replace(/^~/, process.env.HOME ?? "~"));
}
