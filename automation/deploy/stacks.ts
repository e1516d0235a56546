import { FailedRunError } from "../engine/run/failed-run";
import { messageOf, PipelineError, StackBusyError, UsageError } from "../errors";
import { stackFileNames } from "../project/stack-file";
import { ownName } from "../project/stack-name";
import { listed } from "../terminal/counted";

/** What became of one stack among several. */
export interface StackOutcome {
  readonly stack: string;
  /**
   * `cancelled`: it was in progress then, and nothing in AWS failed. `skipped`: an earlier one failed or was declined, or the whole
   * was cancelled, before this one began.
   */
  readonly state: "done" | "failed" | "cancelled" | "declined" | "skipped";
  /** What was done, or why not, in a line or more. */
  readonly summary: string;
  readonly seconds: number;
  readonly error?: unknown;
}

/** How several stacks are worked on. */
export interface StacksOptions {
  /** In the order in which they begin: with one at a time, the order of promotion. */
  readonly stacks: readonly string[];
  /** How many at the same time. @default 1 */
  readonly parallel?: number | undefined;
  /** Whether the rest begins where one failed: for what only reads. @default it does not */
  readonly afterFailure?: "stop" | "continue" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Engines that one machine may run at the same time. */
const MOST_PARALLEL = 32;

/**
 * Does the same on several stacks. After a failure (but see `afterFailure`), a refusal or a cancellation none begins; those in progress are waited for.
 *
 * @param work returns what it did, `undefined` where its question was answered with no.
 * @throws UsageError for an impossible number of stacks at a time.
 */
export async function forStacks(
  { stacks, parallel = 1, afterFailure = "stop", signal }: StacksOptions,
  work: (stack: string) => Promise<string | undefined>,
): Promise<StackOutcome[]> {
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MOST_PARALLEL) {
    throw new UsageError(`--parallel ${parallel}: has to be a whole number from 1 to ${MOST_PARALLEL}`);
  }
  const outcomes = new Map<string, StackOutcome>();
  const waiting = [...stacks];
  let stopped = false;
  const worker = async () => {
    for (;;) {
      const stack = stopped || signal?.aborted ? undefined : waiting.shift();
      if (stack === undefined) return;
      const outcome = await outcomeOf(stack, work, signal);
      stopped ||= outcome.state !== "done" && afterFailure === "stop";
      outcomes.set(stack, outcome);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return stacks.map(
    (stack) => outcomes.get(stack) ?? { stack, state: "skipped", summary: "not begun", seconds: 0 },
  );
}

async function outcomeOf(
  stack: string,
  work: (stack: string) => Promise<string | undefined>,
  signal: AbortSignal | undefined,
): Promise<StackOutcome> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  try {
    const summary = await work(stack);
    if (summary === undefined) {
      return { stack, state: "declined", summary: "nothing was changed", seconds: seconds() };
    }
    return { stack, state: "done", summary, seconds: seconds() };
  } catch (error) {
    const summary = messageOf(error);
    const state = signal?.aborted && !isFailure(error) ? "cancelled" : "failed";
    return { stack, state, summary, seconds: seconds(), error };
  }
}

/** Whether it would have failed without a cancellation too: the engine's own word on that names no resource. */
function isFailure(error: unknown): boolean {
  if (error instanceof FailedRunError) return error.failures.some(({ resource }) => resource !== undefined);
  return error instanceof UsageError;
}

/**
 * The stacks that a command names.
 *
 * @throws UsageError where it names none, one twice, or in two ways.
 */
export async function chosenStacks(
  options: { readonly stack?: string; readonly stacks?: string; readonly all?: boolean },
  dir?: string,
): Promise<string[]> {
  const ways = [options.stack, options.stacks, options.all].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new UsageError("name stacks in one way: --stack, --stacks or --all");
  if (options.stack !== undefined) return [options.stack];
  const known = await stackFileNames(dir);
  if (options.all) {
    if (known.length === 0) throw new UsageError("--all: no stack has settings yet; `init` writes some");
    return known;
  }
  const names = (options.stacks ?? "").split(",").map((name) => name.trim());
  const unknown = names.filter((name) => name === "" || !known.includes(ownName(name)));
  if (unknown.length > 0) {
    throw new UsageError(
      `--stacks: there are no settings for ${listed(unknown.map((name) => JSON.stringify(name)))}; ` +
        `the stacks with settings are ${listed(known)}`,
    );
  }
  if (new Set(names.map(ownName)).size < names.length) throw new UsageError("--stacks: names a stack twice");
  return names;
}

/** A line for each stack. */
export function renderOutcomes(outcomes: readonly StackOutcome[]): string {
  const width = (of: (outcome: StackOutcome) => string) => Math.max(...outcomes.map((one) => of(one).length));
  const names = width(({ stack }) => stack);
  const times = width(({ seconds }) => `${seconds}`);
  const lines = outcomes.map(({ stack, state, seconds, summary }) => {
    const [first = ""] = summary.split("\n");
    return `${stack.padEnd(names)}  ${state.padEnd("cancelled".length)}  ${`${seconds}`.padStart(times)} s  ${first.replace(/:$/, "")}`;
  });
  return lines.join("\n");
}

/** The error that stands for all: a failure before a mistake of the caller's, and that before a stack that is busy. */
export function worstOf(outcomes: readonly StackOutcome[]): Error | undefined {
  const named = (wanted: StackOutcome["state"]) =>
    outcomes.flatMap(({ stack, state }) => (state === wanted ? [stack] : []));
  const [failed, cancelled, skipped] = [named("failed"), named("cancelled"), named("skipped")];
  const isDeclined = failed.length + cancelled.length === 0 && named("declined").length > 0;
  if (isDeclined || failed.length + cancelled.length + skipped.length === 0) return undefined;
  const message = Object.entries({ failed, cancelled, "not begun": skipped })
    .filter(([, stacks]) => stacks.length > 0)
    .map(([what, stacks]) => `${what}: ${listed(stacks)}`)
    .join("; ");
  const errors = outcomes.flatMap(({ state, error }) => (state === "failed" ? [error] : []));
  if (errors.length === 0 || cancelled.length > 0) return new PipelineError(message);
  if (errors.every((error) => error instanceof StackBusyError)) return new StackBusyError(message);
  const mild = errors.every((error) => error instanceof UsageError || error instanceof StackBusyError);
  return mild ? new UsageError(message) : new PipelineError(message);
}
