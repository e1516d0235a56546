import { typedFor } from "../../../automation/command-line";

/** What a command wrote: its results, and its notes to people. */
export interface Captured {
  readonly out: string;
  readonly err: string;
  /** What it threw, if it did. */
  readonly error?: unknown;
}

/** Runs a command with nobody to ask, and keeps what it writes. */
export async function captured(work: () => Promise<void>): Promise<Captured> {
  const written = { out: "", err: "" };
  const { write: out } = process.stdout;
  const { write: err } = process.stderr;
  const into = (stream: "out" | "err") => (chunk: string | Uint8Array) => {
    written[stream] += chunk.toString();
    return true;
  };
  const { isTTY } = process.stdin;
  process.stdin.isTTY = false;
  process.stdout.write = into("out");
  process.stderr.write = into("err");
  try {
    await work();
    return written;
  } catch (error) {
    return { ...written, error };
  } finally {
    // The next test of this process prints commands of its own.
    typedFor(undefined);
    process.stdin.isTTY = isTTY;
    process.stdout.write = out;
    process.stderr.write = err;
  }
}

/** Sets a variable of the environment for the duration of `work`; `undefined` unsets it. */
export async function withVariable<T>(
  name: string,
  value: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const before = process.env[name];
  const set = (to: string | undefined) => {
    if (to === undefined) delete process.env[name];
    else process.env[name] = to;
  };
  set(value);
  try {
    return await work();
  } finally {
    set(before);
  }
}
