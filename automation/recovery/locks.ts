import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { PROJECT } from "../../components/settings";

const content = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** Who says that an update of theirs holds the stack, as Pulumi writes it into a backend that is a folder. */
export interface StackLock extends z.infer<typeof content> {
  readonly file: string;
  /** `dead`: the process was one of this machine's, and is gone, though another may have its number. `elsewhere`: another machine's, which nobody can tell from here. */
  readonly holder: "alive" | "dead" | "elsewhere";
}

/** What this machine knows of processes. */
export interface Machine {
  readonly hostname: string;
  runs(pid: number): boolean;
  /** When the process of this number began, in milliseconds since 1970; `undefined` where the machine does not tell. */
  startOf(pid: number): number | undefined;
  /** Name of its program; `undefined` where the machine does not tell. */
  programOf(pid: number): string | undefined;
}

export const thisMachine: Machine = {
  get hostname() {
    return os.hostname();
  },
  runs(pid) {
    try {
      process.kill(pid, 0);
      return !isZombie(pid);
    } catch (error) {
      // Somebody else's process may not be signalled, and runs.
      return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
  },
  startOf(pid) {
    // Told since the machine's start, which containers do not agree on: so it is compared with this process's own.
    const [start, ownStart] = [pid, process.pid].map((one) => Number(processStat(one)?.facts[START]));
    if (!start || !ownStart) return undefined;
    return performance.timeOrigin + (start - ownStart) * TICK_MS;
  },
  programOf: (pid) => processStat(pid)?.program,
};

/** Ended, and not yet taken note of by its parent: in a container often for ever. */
function isZombie(pid: number): boolean {
  return /^[ZX]$/.test(processStat(pid)?.facts[0] ?? "");
}

/** Index of the start among what follows the process's name. */
const START = 19;
const TICK_MS = 10;

/** What Linux tells of a process: its name, and the facts behind it (proc_pid_stat(5)); `undefined` elsewhere. */
function processStat(pid: number): { readonly program: string; readonly facts: string[] } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    return { program: text.slice(text.indexOf("(") + 1, end), facts: text.slice(end + 2).split(" ") };
  } catch {
    return undefined;
  }
}

/**
 * The locks of a stack (lock.go of Pulumi's backend/diy). A file that goes or cannot be read meanwhile is left out.
 *
 * @param folder of the backend; backends elsewhere tell of their locks only when an update meets one.
 */
export async function readLocks(
  folder: string | undefined,
  stack: string,
  machine: Machine = thisMachine,
): Promise<StackLock[]> {
  if (folder === undefined) return [];
  const dir = path.join(folder, ".pulumi", "locks", "organization", PROJECT, stack);
  const names = await fs.readdir(dir).catch(() => []);
  const locks = names
    .filter((name) => name.endsWith(".json"))
    .map((name) => readLock(path.join(dir, name), machine));
  return (await Promise.all(locks)).filter((lock) => lock !== undefined);
}

async function readLock(file: string, machine: Machine): Promise<StackLock | undefined> {
  try {
    const lock = content.parse(JSON.parse(await fs.readFile(file, "utf8")));
    return { ...lock, file, holder: holderOf(lock, machine) };
  } catch {
    return undefined;
  }
}

/** Milliseconds by which a clock may be put right meanwhile. */
const TOLERANCE_MS = 10_000;

function holderOf(
  { hostname, pid, timestamp }: z.infer<typeof content>,
  machine: Machine,
): StackLock["holder"] {
  if (hostname !== machine.hostname) return "elsewhere";
  if (!machine.runs(pid)) return "dead";
  // A process that began after the lock was written has only the number of the one that wrote it. But a clock may have been
  // put forward since then; so what may be an engine is left alone.
  const isLater = (machine.startOf(pid) ?? 0) > Date.parse(timestamp) + TOLERANCE_MS;
  const program = machine.programOf(pid);
  return isLater && program !== undefined && !program.includes("pulumi") ? "dead" : "alive";
}

/** Removes the locks of dead processes, and no other: `pulumi cancel` would remove everybody's. */
export async function releaseDeadLocks(locks: readonly StackLock[]): Promise<void> {
  const dead = locks.filter(({ holder }) => holder === "dead");
  const files = dead.flatMap(({ file }) => [file, `${file}.attrs`]);
  await Promise.all(files.map((file) => fs.rm(file, { force: true })));
}

/** A lock in a line. */
export function renderLock({ username, hostname, pid, timestamp, holder }: StackLock): string {
  const what = { alive: "runs", dead: "has died", elsewhere: "runs on another machine, or has died there" };
  return `process ${pid} of ${username} on ${hostname}, since ${timestamp}, ${what[holder]}`;
}
