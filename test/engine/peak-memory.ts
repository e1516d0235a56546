import * as fs from "node:fs";

/** What the processes of a group have in memory at most, read from /proc twice a second; `undefined` on a system without it. */
export class PeakMemory {
  private peak = 0;
  private readonly timer: NodeJS.Timeout;

  public constructor(private readonly group: number | undefined) {
    this.timer = setInterval(() => {
      this.peak = Math.max(this.peak, this.now());
    }, 500);
  }

  /** In MiB; what processes share is divided among them. */
  public stop(): number | undefined {
    clearInterval(this.timer);
    return this.peak === 0 ? undefined : Math.round(this.peak / 1024);
  }

  private now(): number {
    if (!fs.existsSync("/proc/self/smaps_rollup")) return 0;
    const processes = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return processes.filter((id) => this.isOfGroup(id)).reduce((sum, id) => sum + kibibytes(id), 0);
  }

  private isOfGroup(id: string): boolean {
    // pid (comm) state ppid pgrp session: plugins of the engine have groups of their own, in the same session.
    const [, , , session] = read(`/proc/${id}/stat`)
      .replace(/^.*\) /, "")
      .split(" ");
    return session === `${this.group}`;
  }
}

function kibibytes(id: string): number {
  return Number(/^Pss: +(\d+) kB$/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0);
}

/** Processes end while they are read. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
