import * as fs from "node:fs";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import { PROJECT } from "../../../components/settings/settings";
import { type Host, thisHost } from "./host";

const content = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** A stack's lock, as Pulumi writes it into a backend that is a folder. */
export interface StackLock extends z.infer<typeof content> {
  readonly file: string;
  /**
   * `dead`: this project's command line took the lock on this very host, or in this container, and its process is gone.
   * `elsewhere`: nobody can tell from here.
   */
  readonly holder: "alive" | "dead" | "elsewhere";
}

/**
 * The locks of a stack (lock.go of Pulumi's backend/diy). A file that goes or cannot be read meanwhile is left out.
 *
 * @param folder of the backend; other backends report their locks only when an update meets one.
 */
export function readLocks(folder: string | undefined, stack: string, host: Host = thisHost): StackLock[] {
  if (folder === undefined) return [];
  const dir = lockFolder(folder, stack);
  const note = readNote(folder, stack);
  return fileNames(dir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readLock(path.join(dir, name), note?.lock === name ? note.processSpace : undefined, host))
    .filter((lock) => lock !== undefined);
}

function lockFolder(folder: string, stack: string): string {
  return path.join(folder, ".pulumi", "locks", "organization", PROJECT, stack);
}

function fileNames(dir: string): string[] {
  try {
    return fs.readdirSync(dir);
  } catch {
    return [];
  }
}

function readLock(file: string, processSpace: string | undefined, host: Host): StackLock | undefined {
  try {
    const lock = content.parse(JSON.parse(fs.readFileSync(file, "utf8")));
    return { ...lock, file, holder: holderOf(lock, processSpace, host) };
  } catch {
    return undefined;
  }
}

/** Hosts and containers may share a name: only the note of a lock says that its process would be seen from here. */
function holderOf(
  { hostname, pid }: z.infer<typeof content>,
  processSpace: string | undefined,
  host: Host,
): StackLock["holder"] {
  if (hostname !== host.hostname) return "elsewhere";
  if (host.runs(pid)) return "alive";
  return processSpace !== undefined && processSpace === host.processSpace ? "dead" : "elsewhere";
}

const noteContent = z.object({ lock: z.string(), processSpace: z.string() });

/**
 * Notes that the lock which a stack has now was taken here, by an engine of this process. Only a stack's last lock is noted.
 * Done when it returns: next, this process evaluates the program, and a lock is nobody's if it is killed before its note.
 */
export function noteOwnLock(folder: string | undefined, stack: string, host: Host = thisHost): void {
  const { processSpace } = host;
  const own = readLocks(folder, stack, host).find(({ holder }) => holder === "alive");
  if (folder === undefined || own === undefined || processSpace === undefined) return;
  const file = noteFile(folder, stack);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify({ lock: path.basename(own.file), processSpace }));
  } catch {
    // Without a note the lock is kept, and the message names `pulumi cancel`.
  }
}

/**
 * Has an engine of this process do `work`, and notes the stack's lock as soon as the engine has it. Where the system refuses to
 * watch the folder, as at its limit of watchers, it does nothing more than `work`.
 */
export async function notingLock<Done>(
  folder: string | undefined,
  stack: string,
  work: () => Promise<Done>,
  host: Host = thisHost,
): Promise<Done> {
  const watcher = folder === undefined ? undefined : watch(folder, stack, host);
  try {
    return await work();
  } finally {
    watcher?.close();
  }
}

function watch(folder: string, stack: string, host: Host): fs.FSWatcher | undefined {
  try {
    const dir = lockFolder(folder, stack);
    fs.mkdirSync(dir, { recursive: true });
    const watcher = fs.watch(dir, () => noteOwnLock(folder, stack, host));
    return watcher.on("error", () => watcher.close());
  } catch {
    return undefined;
  }
}

function readNote(folder: string, stack: string): z.infer<typeof noteContent> | undefined {
  try {
    return noteContent.parse(JSON.parse(fs.readFileSync(noteFile(folder, stack), "utf8")));
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
  await Promise.all(files.map((file) => rm(file, { force: true })));
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
