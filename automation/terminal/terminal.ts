import { setMaxListeners } from "node:events";
import { PipelineError, UsageError } from "../errors";
import { standardLook } from "./colors";
import { LiveLine } from "./live-line";
import { type ProgressListener, progressPrinter } from "./progress";
import { visible, visibleJson } from "./visible";

/** What every command takes. */
export interface StackCommandOptions {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly cwd?: string;
}

/** Results go to standard output, everything else to standard error. */
export function print(text: string): void {
  process.stdout.write(visible(text.endsWith("\n") ? text : `${text}\n`));
}

/** A result that a program is to get as it is, unless it goes to a terminal. */
export function printExactly(text: string): void {
  if (process.stdout.isTTY) print(text);
  else process.stdout.write(text);
}

/** A line about the work, for people. */
export function note(text: string): void {
  process.stderr.write(visible(`${text}\n`));
}

/** What is typed, back to a terminal that is read raw: there a line end is no carriage return. */
export function echo(text: string): void {
  process.stderr.write(visible(text).replaceAll("\n", "\r\n"));
}

/** What a program reads. */
export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

/** Ctrl-C, the end of a job or of the machine, a closed terminal. */
const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs `work` with progress on standard error and Ctrl-C as its signal. The first Ctrl-C cancels and waits. */
export async function withProgress<Result>(
  work: (progress: { onProgress: ProgressListener; signal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  // Every call and check that is in progress listens.
  setMaxListeners(0, controller.signal);
  const { stdout, stderr } = process;
  const isTerminal = stderr.isTTY && process.env.TERM !== "dumb";
  const live = isTerminal ? new LiveLine(stderr, [stdout, stderr]) : undefined;
  const interrupt = () => {
    if (controller.signal.aborted) return;
    live?.clear();
    note("cancelling: waiting for operations in progress");
    controller.abort(new PipelineError("cancelled"));
  };
  for (const signal of INTERRUPTIONS) process.on(signal, interrupt);
  try {
    const look = { ...standardLook(stderr), ...(live === undefined && { width: Number.POSITIVE_INFINITY }) };
    const write = (text: string) => stderr.write(visible(text));
    const draw = live && ((line: string) => live.draw(visible(line.replaceAll("\n", " "))));
    const onProgress = progressPrinter({ write, draw, look });
    return await work({ onProgress, signal: controller.signal });
  } finally {
    live?.release();
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
  }
}

/** Whether somebody can answer a question. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks before something is changed; `yes` answers.
 *
 * @throws UsageError where nobody can be asked.
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true;
  if (!isInteractive()) {
    throw new UsageError(`${question} No terminal to confirm on; pass --yes`);
  }
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({
    message: visible(question),
    initialValue: false,
    output: process.stderr,
  });
  return answer === true;
}
