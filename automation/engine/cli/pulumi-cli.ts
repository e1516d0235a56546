import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version as SDK_VERSION } from "@pulumi/pulumi/version";
import { packageDir } from "../../../components/package";
import { messageOf, PipelineError } from "../../errors";
import { pulumiCommand } from "../sdk-internals";
import { cliFile, keepVersion, knownVersion } from "./known-version";
import { pulumiHome } from "./pulumi-home";
import { supervise } from "./supervised-process";

/**
 * The CLI that go/go.mod builds, and the oldest one accepted: the tests have run with nothing older. The SDK itself
 * accepts 3.2.0 and refuses much later, to destroy an inline program's stack for instance, what such a CLI cannot do.
 */
export const BUILT_VERSION = "3.259.0";

/** Who is informed of, and may end, what a missing Pulumi CLI needs. */
export interface EngineOptions {
  /** Receives each long step and, every 30 seconds, how long it has taken; plain sentences fit for stderr. */
  readonly onProgress?: (message: string) => void;
  /** Ends a download or a build that is in progress, and leaves nothing of it. */
  readonly signal?: AbortSignal;
  /**
   * `PULUMI_HOME` says where Pulumi keeps its own installations (default `~/.pulumi`); download and build get all of it.
   * @default process.env
   */
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether one may be downloaded or built where none is installed. @default true */
  readonly install?: boolean;
  /** What touches the machine and the network. */
  readonly tools?: EngineTools;
}

/** What finding and installing a Pulumi CLI needs of the machine. */
export interface EngineTools {
  /** The CLI in `root`, or on PATH. Throws when it is not there, does not run or is too old. */
  probe(root?: string): Promise<PulumiCommand>;
  /** Names of the entries in a folder; none when it cannot be read. */
  list(folder: string): Promise<readonly string[]>;
  hasGo(environment: NodeJS.ProcessEnv): Promise<boolean>;
  /** Puts the CLI of the SDK's version into `job.root`. */
  download(job: InstallJob): Promise<void>;
  /** Puts the CLI of {@link BUILT_VERSION} into `job.root`. */
  build(job: InstallJob): Promise<void>;
}

/** A version of the Pulumi CLI to be installed. */
export interface InstallJob {
  /** The version's own folder: the CLI becomes `bin/pulumi` in it. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

const TICK_MS = 30_000;
const POLL_MS = 100;
const DOWNLOAD_LIMIT_MS = 5 * 60_000;
const BUILD_LIMIT_MS = 30 * 60_000;

/** The machine's own. */
export const systemTools: EngineTools = { probe, list, hasGo, download, build };

/**
 * The Pulumi CLI for the Automation API: the one on PATH, one that Pulumi's installer or an earlier call has put into Pulumi's
 * home, one downloaded from get.pulumi.com, or one built from its Go module, in this order.
 *
 * @throws PipelineError saying why each of them failed; `signal`'s reason when it is aborted.
 */
export async function findEngine(options: EngineOptions = {}): Promise<PulumiCommand> {
  const { onProgress = () => {}, signal, environment = process.env, tools = systemTools } = options;
  const { install = true } = options;
  const home = pulumiHome(environment);
  const versions = join(home, "versions");
  const downloading = `downloading the Pulumi CLI ${SDK_VERSION}`;
  const building = `building the Pulumi CLI ${BUILT_VERSION} from its Go module`;

  const failures: string[] = [];
  const errors: unknown[] = [];
  const tryWay = async (name: string, find: () => Promise<PulumiCommand>) => {
    signal?.throwIfAborted();
    try {
      return await find();
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`  ${name}: ${oneLine(error)}`);
      errors.push(error);
      return undefined;
    }
  };
  // The caller loads its program meanwhile.
  const onPath = await tryWay("on PATH", () => tools.probe());
  if (onPath !== undefined) return onPath;
  const releases = versionsToTry(await tools.list(versions));
  for (const root of [home, ...releases.map((version) => join(versions, version))]) {
    const installed = await tryWay(`in ${join(root, "bin")}`, () => tools.probe(root));
    if (installed !== undefined) return installed;
  }
  if (!install) {
    throw new PipelineError(`no Pulumi CLI ${BUILT_VERSION} or later is installed:\n${failures.join("\n")}`);
  }
  const downloaded = await tryWay(downloading, async () => {
    const root = join(versions, SDK_VERSION);
    onProgress(downloading);
    await whileTicking(downloading, onProgress, () => tools.download({ root, environment, signal }));
    return tools.probe(root);
  });
  if (downloaded !== undefined) return downloaded;
  const built = await tryWay(building, async () => {
    if (!(await tools.hasGo(environment))) throw new Error("`go` is not on PATH");
    const root = join(versions, BUILT_VERSION);
    onProgress(`${building}: about six minutes on two cores`);
    await whileTicking(building, onProgress, () => tools.build({ root, environment, signal }));
    return tools.probe(root);
  });
  if (built !== undefined) return built;
  throw new PipelineError(
    `there is no Pulumi CLI to work with, and none could be had:\n${failures.join("\n")}\nInstall Pulumi ` +
      "(https://www.pulumi.com/docs/install/), or put `go` on PATH so that the CLI can be built here; then try again.",
    { cause: new AggregateError(errors) },
  );
}

/** Releases worth looking for, best first: the SDK's, the one we build, those among `names` from newest to oldest. */
export function versionsToTry(names: readonly string[]): string[] {
  const releases = names.filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  const newestFirst = releases.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return [...new Set([SDK_VERSION, BUILT_VERSION, ...newestFirst])];
}

async function probe(root?: string): Promise<PulumiCommand> {
  const file = await cliFile(root);
  const known = file === undefined ? undefined : await knownVersion(file);
  if (known !== undefined)
    return pulumiCommand(root === undefined ? "pulumi" : join(root, "bin", "pulumi"), known);
  const command = await PulumiCommand.get(root === undefined ? {} : { root }).catch((error: Error) => {
    throw error.message.includes("ENOENT") ? new Error("no `pulumi` there") : error;
  });
  // This variable is the SDK's: its users know better than any check.
  if (process.env.PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK || command.version === null) return command;
  if (command.version.compare(BUILT_VERSION) >= 0) {
    if (file !== undefined) await keepVersion(file, command.version.version);
    return command;
  }
  throw new Error(
    `${command.version} is older than ${BUILT_VERSION}, the oldest that this project works with`,
  );
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function hasGo(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(folders.map((folder) => isThere(join(folder, "go"), constants.X_OK)));
  return found.includes(true);
}

/** In a process of its own, since `PulumiCommand.install` cannot be interrupted. */
async function download(job: InstallJob): Promise<void> {
  const script = `require(process.argv[1]).PulumiCommand.install({ root: process.argv[2] })
    .catch((error) => { console.error(error.message); process.exitCode = 1; });`;
  const sdk = require.resolve("@pulumi/pulumi/automation");
  await install(job, DOWNLOAD_LIMIT_MS, (folder) => [process.execPath, "-e", script, sdk, folder]);
}

async function build(job: InstallJob): Promise<void> {
  await install(job, BUILD_LIMIT_MS, (folder) => [
    "go",
    "build",
    `-C=${join(packageDir, "automation", "engine", "cli", "go")}`,
    "-mod=readonly",
    "-ldflags",
    `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${BUILT_VERSION}`,
    "-o",
    join(folder, "bin", "pulumi"),
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ]);
}

/** Made beside its place and moved there once it runs, so that an interrupted one is never found and two makers do not meet. */
async function install(
  job: InstallJob,
  limitMs: number,
  commandFor: (folder: string) => string[],
): Promise<void> {
  await mkdir(dirname(job.root), { recursive: true });
  const folder = await mkdtemp(join(dirname(job.root), `.${basename(job.root)}-`));
  try {
    await run(commandFor(folder), folder, job, limitMs);
    await probe(folder);
    await moveFiles(join(folder, "bin"), join(job.root, "bin"));
  } finally {
    // Processes that were killed may still be going as it starts.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function run(command: string[], folder: string, job: InstallJob, limitMs: number): Promise<void> {
  const log = join(folder, "output");
  const done = join(folder, "done");
  const child = await supervise(
    ["sh", "-c", '"$@" && : >"$0"', done, ...command],
    { ...job.environment, TMPDIR: folder, GOWORK: "off" },
    folder,
    log,
  );
  const limit = AbortSignal.timeout(limitMs);
  const signal = job.signal === undefined ? limit : AbortSignal.any([limit, job.signal]);
  try {
    while (!child.hasExited()) await sleep(POLL_MS, undefined, { signal });
  } catch {
    job.signal?.throwIfAborted();
    throw new Error(`took more than ${limitMs / 60_000} minutes`);
  } finally {
    await child.end();
  }
  if (!(await isThere(done))) throw new Error((await readFile(log, "utf8")) || "ended without a word");
}

/** Each file replaces its namesake at once; the CLI comes last, since it is what a search looks for. */
async function moveFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const files = await readdir(from);
  files.sort((a, b) => Number(a === "pulumi") - Number(b === "pulumi"));
  for (const file of files) await rename(join(from, file), join(to, file));
}

async function isThere(file: string, mode = constants.F_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

async function whileTicking(
  step: string,
  onProgress: (message: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  let seconds = 0;
  const ticks = setInterval(() => {
    seconds += TICK_MS / 1000;
    onProgress(`still ${step}: ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
  }, TICK_MS);
  try {
    await work();
  } finally {
    clearInterval(ticks);
  }
}

/** The last lines of what went wrong, as one; the SDK wraps a command's output in its own words, and a URL may hold a password. */
function oneLine(error: unknown): string {
  const message = messageOf(error);
  const said = / stderr: ([\s\S]*?)\n err\?:/.exec(message)?.[1] ?? message;
  const lines = stripVTControlCharacters(said).split("\n");
  return lines
    .map((line) => line.trim().replace(/\/\/[^/\s@]+@/g, "//"))
    .filter((line) => line !== "")
    .slice(-3)
    .join("; ");
}
