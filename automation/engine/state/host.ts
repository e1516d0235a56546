import { readFileSync, readlinkSync } from "node:fs";
import * as os from "node:os";

/** What this process can see of other processes. */
export interface Host {
  readonly hostname: string;
  /** Where process numbers mean the same as here: this host, or the container that this process is in; `undefined` if unknown. */
  readonly processSpace: string | undefined;
  runs(pid: number): boolean;
}

/** The host, or the container, on which this process runs. */
export const thisHost: Host = {
  get hostname() {
    return os.hostname();
  },
  get processSpace() {
    // Only Linux has containers that number processes of their own.
    if (process.platform !== "linux") return os.hostname();
    try {
      const namespace = readlinkSync("/proc/self/ns/pid");
      // A host keeps its id when it restarts; the number of a container's namespace is used again then.
      const id = namespace === OUTERMOST ? "/etc/machine-id" : "/proc/sys/kernel/random/boot_id";
      return `${readFileSync(id, "utf8").trim()} ${namespace}`;
    } catch {
      return undefined;
    }
  },
  runs(pid) {
    try {
      process.kill(pid, 0);
      return !isZombie(pid);
    } catch (error) {
      // A process of another user cannot be signalled, and runs.
      return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
  },
};

/** The namespace that sees every process, PROC_PID_INIT_INO of Linux's proc_ns.h. */
const OUTERMOST = "pid:[4026531836]";

/** Ended, and not waited for by its parent: in a container often for ever (proc_pid_stat(5)). */
function isZombie(pid: number): boolean {
  try {
    return /^[^)]*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
