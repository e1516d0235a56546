import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import * as os from "node:os";

/** What this machine knows of processes. */
export interface Machine {
  readonly hostname: string;
  /** Names what numbers this process, among all machines and containers; `undefined` where the machine does not tell. */
  readonly numbering: string | undefined;
  runs(pid: number): boolean;
  /** When the process of this number began, in milliseconds since 1970; `undefined` where the machine does not tell. */
  startOf(pid: number): number | undefined;
  /** Name of its program; `undefined` where the machine does not tell. */
  programOf(pid: number): string | undefined;
  /**
   * Whether an engine may have this number under this machine's name, and not be seen under it from here: in a container that
   * shares the name, or, from within one, outside it.
   */
  mayHide(pid: number): boolean;
}

/** The machine on which this process runs. */
export const thisMachine: Machine = {
  get hostname() {
    return os.hostname();
  },
  get numbering() {
    try {
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${pidNamespace()}`;
    } catch {
      return undefined;
    }
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
  mayHide(pid) {
    if (process.platform !== "linux") return false;
    try {
      if (pidNamespace() !== OUTERMOST) return true;
      // Where others' processes are hidden (hidepid of proc(5)), so is the first of them.
      readFileSync("/proc/1/status");
      return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isContainedEngine(name, pid));
    } catch {
      return true;
    }
  },
};

/** The namespace that sees every process, PROC_PID_INIT_INO of Linux's proc_ns.h. */
const OUTERMOST = "pid:[4026531836]";

function pidNamespace(): string {
  return readlinkSync("/proc/self/ns/pid");
}

/** Whether the process is an engine's in a container, and has this number there. */
function isContainedEngine(seen: string, pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${seen}/status`, "utf8");
    // Its numbers from the outermost namespace to its own.
    const [, ...inner] = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    return inner.at(-1) === String(pid) && /^Name:.*pulumi/m.test(status);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

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
