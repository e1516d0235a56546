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
  /** `dead`: the process was one of this machine's, and is gone. `elsewhere`: another machine's, which nobody can tell from here. */
  readonly holder: "alive" | "dead" | "elsewhere";
}

/** What this machine knows of processes. */
export interface Machine {
  readonly hostname: string;
  runs(pid: number): boolean;
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
};

/** Ended, and not yet taken note of by its parent: in a container often for ever. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
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

function holderOf({ hostname, pid }: z.infer<typeof content>, machine: Machine): StackLock["holder"] {
  if (hostname !== machine.hostname) return "elsewhere";
  return machine.runs(pid) ? "alive" : "dead";
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
