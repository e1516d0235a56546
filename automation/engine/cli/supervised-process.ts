import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Socket } from "node:net";

/** A command that runs beside this process and never outlives it. */
export interface Supervised {
  hasExited(): boolean;
  /** Kills it and every process it started; returns once it is gone. May be called twice. */
  end(): Promise<void>;
}

/**
 * File 3 is a line to this process on which nothing is ever written. The guard sees it close when this process ends, even by
 * SIGKILL; this process sees it close when the last of the group has closed its files.
 */
const SCRIPT = `
folder=$1; shift
"$@" & command=$!
(cat <&3; rm -rf "$folder"; kill -KILL 0) >/dev/null 2>&1 & guard=$!
wait "$command"; status=$?
kill "$guard"
exit "$status"`;

/**
 * Runs `command` in a process group of its own. If this process ends before `end` is called, the group is killed and `folder`
 * removed.
 *
 * @param log file that takes the command's output
 */
export async function supervise(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  folder: string,
  log: string,
): Promise<Supervised> {
  const output = await open(log, "w");
  try {
    const child = spawn("sh", ["-c", SCRIPT, "sh", folder, ...command], {
      detached: true,
      env: environment,
      stdio: ["ignore", output.fd, output.fd, "pipe"],
    });
    await once(child, "spawn");
    const line = child.stdio[3] as Socket;
    child.unref();
    line.unref();
    return { hasExited: () => hasExited(child), end: () => end(child, line) };
  } finally {
    await output.close();
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, line: Socket): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const exit = once(child, "exit");
  // The shell exits before its command, which keeps its port until its memory is freed.
  const closed = once(line.resume(), "close");
  child.ref();
  line.ref();
  process.kill(-child.pid, "SIGKILL");
  await Promise.all([exit, closed]);
}
