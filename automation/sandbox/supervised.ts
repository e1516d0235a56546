import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";

/** A command that runs beside this process and never outlives it. */
export interface Supervised {
  hasExited(): boolean;
  /** Kills it and every process it started; returns once it is gone. May be called twice. */
  end(): Promise<void>;
}

/** Standard input is a pipe from this process that is never written to: the system closes it even after a SIGKILL. */
const SCRIPT = `
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & command=$!
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
      stdio: ["pipe", output.fd, output.fd],
    });
    await once(child, "spawn");
    child.unref();
    return { hasExited: () => hasExited(child), end: () => end(child) };
  } finally {
    await output.close();
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const exit = once(child, "exit");
  child.ref();
  process.kill(-child.pid, "SIGKILL");
  await exit;
}
