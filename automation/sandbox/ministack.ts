import { type ExecFileException, execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** The version whose behaviour the sandbox relies on. */
export const MINISTACK_VERSION = "1.5.33";

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

/** One way to run ministack on this machine. */
export interface Way {
  /** How messages name it. */
  readonly name: string;
  /** Installs it where need be, and returns the command that runs it. Throws {@link UnusableError}. */
  prepare(signal?: AbortSignal): Promise<Command>;
}

/** A way that does not work here. The message says what it lacks. */
export class UnusableError extends Error {
  public override readonly name = "UnusableError";
}

const INSTALL_TIMEOUT_MS = 600_000;

/**
 * Every way to run ministack, best first. A command named in `MINISTACK` is the caller's choice, and then the only way.
 *
 * @param environment reads `MINISTACK`, `XDG_CACHE_HOME`
 */
export function waysToRun(environment: NodeJS.ProcessEnv, home: string = homedir()): readonly Way[] {
  const { MINISTACK, XDG_CACHE_HOME } = environment;
  if (MINISTACK) return [{ name: `MINISTACK=${MINISTACK}`, prepare: (signal) => tried([MINISTACK], signal) }];
  const requirement = `ministack==${MINISTACK_VERSION}`;
  const cache = join(
    XDG_CACHE_HOME || join(home, ".cache"),
    "braintrust-snowflake",
    `ministack-${MINISTACK_VERSION}`,
  );
  return [
    { name: "ministack on PATH", prepare: (signal) => tried(["ministack"], signal) },
    { name: "uvx", prepare: (signal) => tried(["uvx", "--from", requirement, "ministack"], signal) },
    { name: "pipx", prepare: (signal) => tried(["pipx", "run", "--spec", requirement, "ministack"], signal) },
    { name: "python3 with venv", prepare: (signal) => inVirtualEnvironment(cache, requirement, signal) },
  ];
}

/**
 * The emulator's own environment: the caller's, less what would change its behaviour or is none of its business.
 *
 * `DOCKER_HOST` names nothing, since ministack removes containers that another ministack of this machine may be using.
 */
export function serverEnvironment(
  inherited: NodeJS.ProcessEnv,
  server: {
    readonly port: number;
    readonly region: string;
    readonly folder: string;
    readonly certFile: string;
    readonly keyFile: string;
  },
): NodeJS.ProcessEnv {
  const foreign = /^(AWS|BRAINTRUST|LOCALSTACK|MINISTACK|PULUMI|SNOWFLAKE)_|^SERVICES$/;
  return {
    ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !foreign.test(name))),
    AUTH: "true",
    USE_SSL: "1",
    MINISTACK_SSL_CERT: server.certFile,
    MINISTACK_SSL_KEY: server.keyFile,
    CLOUDTRAIL_RECORDING: "1",
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "localhost",
    GATEWAY_PORT: String(server.port),
    EDGE_PORT: String(server.port),
    MINISTACK_REGION: server.region,
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    PERSIST_STATE: "0",
    S3_PERSIST: "0",
    DOCKER_HOST: `unix://${join(server.folder, "no-docker")}`,
    TMPDIR: server.folder,
    LOG_LEVEL: "INFO",
  };
}

/** The last `count` lines that are not blank. */
export function lastLines(output: string, count: number): string {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}

/** ministack has no `--version`; `--help` shows that it can run, after uvx or pipx have fetched it. */
async function tried(command: Command, signal: AbortSignal | undefined): Promise<Command> {
  await run([...command, "--help"], signal);
  return command;
}

/**
 * Built beside its place and renamed, so that a half-made one is never used. One that works is never removed: other
 * processes may be running from it.
 */
async function inVirtualEnvironment(
  folder: string,
  requirement: string,
  signal: AbortSignal | undefined,
): Promise<Command> {
  const command = (venv: string): Command => [join(venv, "bin", "python"), "-m", "ministack"];
  const cached = await tried(command(folder), signal).catch(ignoreUnusable);
  if (cached !== undefined) return cached;

  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}.`);
  try {
    await run(["python3", "-m", "venv", building], signal);
    await run([join(building, "bin", "python"), "-m", "pip", "install", "--quiet", requirement], signal);
    while (!(await takesPlace(building, folder))) {
      const found = await inode(folder);
      const other = await tried(command(folder), signal).catch(ignoreUnusable);
      if (other !== undefined) return other;
      // Another process may have replaced the one that was tried with one that works.
      if (found !== undefined && found === (await inode(folder)))
        await moveAside(folder, `${building}.broken`);
    }
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return tried(command(folder), signal);
}

/** False where something is there already. */
async function takesPlace(building: string, folder: string): Promise<boolean> {
  try {
    await rename(building, folder);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(code)) return false;
    throw error;
  }
}

async function inode(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(ignoreAbsent))?.ino;
}

async function moveAside(path: string, aside: string): Promise<void> {
  await rename(path, aside).catch(ignoreAbsent);
  await rm(aside, { recursive: true, force: true });
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function ignoreUnusable(error: unknown): undefined {
  if (!(error instanceof UnusableError)) throw error;
}

async function run([program, ...args]: Command, signal: AbortSignal | undefined): Promise<void> {
  try {
    await promisify(execFile)(program, args, { timeout: INSTALL_TIMEOUT_MS, ...(signal && { signal }) });
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = thrown as ExecFileException;
    if (error.code === "ENOENT") throw new UnusableError(`${program} is not there`);
    const why = error.killed
      ? `took more than ${INSTALL_TIMEOUT_MS / 60_000} minutes`
      : `failed (${error.code})`;
    throw new UnusableError(`"${[program, ...args].join(" ")}" ${why}: ${lastLines(error.stderr ?? "", 2)}`);
  }
}
