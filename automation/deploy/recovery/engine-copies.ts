import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { PROJECT } from "../../../components/settings/settings";
import { backendFolder } from "../../engine/backend";
import { type ExportedState, exportState } from "../../engine/state/exported-state";
import { type BackendFiles, bucketFiles } from "./bucket-files";
import type { StateCopy } from "./state-copy";

/** Where the engine keeps copies of a stack's state. */
export interface EngineCopiesOptions {
  readonly stack: string;
  readonly workDir: string;
  /** @default the backend of `pulumi login` */
  readonly backendUrl: string | undefined;
  /** Absent where the backend has no such stack: then no version of Pulumi Cloud either. */
  readonly live?: Stack | undefined;
}

/**
 * The copies that the engine keeps: of a folder and of S3 those that it writes into `.pulumi/backups` after each update and
 * never removes (backupStack in pkg/backend/diy/state.go of github.com/pulumi/pulumi, checked against CLI 3.259.0), of Pulumi
 * Cloud the versions of the stack. Other buckets and databases have none that can be listed from here.
 *
 * @throws PipelineError where the backend does not answer.
 */
export async function engineCopies(options: EngineCopiesOptions): Promise<readonly StateCopy[]> {
  const { stack, workDir, live } = options;
  const url = options.backendUrl ?? (await live?.workspace.whoAmI())?.url ?? "";
  // Empty: Pulumi Cloud, as the engine names a login of it.
  if (url === "" || /^https?:/.test(url)) return live === undefined ? [] : cloudVersions(live);
  const place = [".pulumi", "backups", PROJECT, stack];
  const folder = backendFolder(url, workDir);
  if (folder !== undefined) return backups(stack, folderFiles(path.join(folder, ...place)));
  return url.startsWith("s3:") ? backups(stack, await bucketFiles(url, place.join("/"))) : [];
}

const checkpoint = z.object({
  version: z.number(),
  features: z.array(z.string()).optional(),
  checkpoint: z.object({ latest: z.looseObject({ resources: z.array(z.unknown()).nullish() }) }),
});

const unpack: Readonly<Record<string, (bytes: Uint8Array) => Promise<Buffer>>> = {
  ".gz": promisify(zlib.gunzip),
  // Node 20 has none, and would not load.
  ".zst": (bytes) => promisify(zlib.zstdDecompress)(bytes),
};

/** `<stack>.<nanoseconds since 1970>.json`, packed as PULUMI_DIY_BACKEND_GZIP and _COMPRESSION have it. */
async function backups(stack: string, files: BackendFiles): Promise<StateCopy[]> {
  return (await files.names()).flatMap((name) => {
    const [, id, packed = ""] = /^.*\.(\d{19})\.json(\.gz|\.zst)?$/.exec(name) ?? [];
    if (id === undefined || !name.startsWith(`${stack}.`)) return [];
    const taken = new Date(Number(id.slice(0, 13))).toISOString();
    return [{ id, taken, read: () => readBackup(files, name, unpack[packed]) }];
  });
}

async function readBackup(
  files: BackendFiles,
  name: string,
  unpacked: (bytes: Uint8Array) => Promise<Uint8Array> = async (bytes) => bytes,
): Promise<ExportedState | undefined> {
  const bytes = await files.read(name);
  try {
    const { checkpoint: found, ...rest } = checkpoint.parse(
      JSON.parse(`${Buffer.from(await unpacked(bytes))}`),
    );
    return { ...rest, deployment: found.latest };
  } catch {
    return undefined;
  }
}

function folderFiles(dir: string): BackendFiles {
  return {
    names: () => fs.readdir(dir).catch(() => []),
    read: (name) => fs.readFile(path.join(dir, name)),
  };
}

/** Versions that are asked for: one page of the service. */
const VERSIONS = 20;

async function cloudVersions(stack: Stack): Promise<StateCopy[]> {
  const updates = await stack.history(VERSIONS, 1, false);
  return updates
    .filter(({ result, version }) => result !== "in-progress" && version !== undefined)
    .map(({ version, endTime, startTime }) => ({
      id: `${version}`,
      taken: new Date(endTime ?? startTime).toISOString(),
      isSlow: true,
      read: () => exportState(stack, version),
    }));
}
