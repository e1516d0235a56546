import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import { PROJECT } from "../../../components/settings/settings";
import { type Machine, thisMachine } from "./processes";

const content = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** Who says that an update of theirs holds the stack, as Pulumi writes it into a backend that is a folder. */
export interface StackLock extends z.infer<typeof content> {
  readonly file: string;
  /**
   * `dead`: the process was one of this machine's, and is gone, though another may have its number. `elsewhere`: nobody can
   * tell from here; it is another machine's, or it may be one that a container hides.
   */
  readonly holder: "alive" | "dead" | "elsewhere";
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
  const note = await readNote(folder, stack);
  const locks = names
    .filter((name) => name.endsWith(".json"))
    .map((name) => readLock(path.join(dir, name), note?.lock === name ? note.numbering : undefined, machine));
  return (await Promise.all(locks)).filter((lock) => lock !== undefined);
}

async function readLock(
  file: string,
  numbering: string | undefined,
  machine: Machine,
): Promise<StackLock | undefined> {
  try {
    const lock = content.parse(JSON.parse(await fs.readFile(file, "utf8")));
    return { ...lock, file, holder: holderOf(lock, numbering, machine) };
  } catch {
    return undefined;
  }
}

/** Milliseconds by which a clock may be put right meanwhile. */
const TOLERANCE_MS = 10_000;

function holderOf(
  lock: z.infer<typeof content>,
  numbering: string | undefined,
  machine: Machine,
): StackLock["holder"] {
  if (lock.hostname !== machine.hostname) return "elsewhere";
  if (!hasEnded(lock, machine)) return "alive";
  const isNumberedHere = numbering !== undefined && numbering === machine.numbering;
  return isNumberedHere || !machine.mayHide(lock.pid) ? "dead" : "elsewhere";
}

function hasEnded({ pid, timestamp }: z.infer<typeof content>, machine: Machine): boolean {
  if (!machine.runs(pid)) return true;
  // A process that began after the lock was written has only the number of the one that wrote it. But a clock may have been
  // put forward since then; so what may be an engine is left alone.
  const isLater = (machine.startOf(pid) ?? 0) > Date.parse(timestamp) + TOLERANCE_MS;
  const program = machine.programOf(pid);
  return isLater && program !== undefined && !program.includes("pulumi");
}

const noteContent = z.object({ lock: z.string(), numbering: z.string() });

/**
 * Notes what numbers the process that holds the stack, which is an engine of this process's own: containers may share a name,
 * and then neither name nor number tells which process a lock is of. Only the last lock of a stack is noted.
 */
export async function noteOwnLock(
  folder: string | undefined,
  stack: string,
  machine: Machine = thisMachine,
): Promise<void> {
  const { hostname, numbering } = machine;
  const locks = await readLocks(folder, stack, machine);
  const own = locks.find((lock) => lock.hostname === hostname && lock.holder === "alive");
  if (folder === undefined || own === undefined || numbering === undefined) return;
  const file = noteFile(folder, stack);
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, JSON.stringify({ lock: path.basename(own.file), numbering }));
  } catch {
    // A lock without a note is taken for somebody else's, which harms nobody.
  }
}

async function readNote(folder: string, stack: string): Promise<z.infer<typeof noteContent> | undefined> {
  try {
    return noteContent.parse(JSON.parse(await fs.readFile(noteFile(folder, stack), "utf8")));
  } catch {
    return undefined;
  }
}

/** Not among the locks: there Pulumi takes every file for one. */
function noteFile(folder: string, stack: string): string {
  return path.join(folder, ".pulumi", "lock-notes", PROJECT, `${stack}.json`);
}

/** Removes the locks of dead processes, and no other: `pulumi cancel` would remove everybody's. */
export async function releaseDeadLocks(locks: readonly StackLock[]): Promise<void> {
  const dead = locks.filter(({ holder }) => holder === "dead");
  const files = dead.flatMap(({ file }) => [file, `${file}.attrs`]);
  await Promise.all(files.map((file) => fs.rm(file, { force: true })));
}

/** A lock in a line. */
export function renderLock({ username, hostname, pid, timestamp, holder }: StackLock): string {
  const what = {
    alive: "runs",
    dead: "has died",
    elsewhere: "runs elsewhere, as on another machine or in a container, or has died there",
  };
  return `process ${pid} of ${username} on ${hostname}, since ${timestamp}, ${what[holder]}`;
}
