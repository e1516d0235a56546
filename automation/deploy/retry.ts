import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "../engine/changes";
import { FailedRunError } from "../engine/failed-run";
import type { Failure } from "../engine/failure-causes";
import { PipelineError, StackBusyError } from "../errors";

/** How often a run is made again, and what is heard of it. */
export interface RetryOptions {
  /** Why it may succeed later; `undefined` where it would not. */
  readonly causes: (failures: readonly Failure[]) => readonly string[] | undefined;
  /** Milliseconds before the second run; before the third, twice as many. Up to half of it is added at random. @default 20 000 */
  readonly waitMs?: number | undefined;
  readonly onNote: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_WAIT_MS = 20_000;

/** Runs in all: the provider has been patient in each of them already. */
const MOST_RUNS = 3;

/**
 * Makes a run again where it failed for passing reasons alone; each is told what those before have changed.
 *
 * @returns the changes of all its runs.
 * @throws what the last run threw.
 */
export async function untilPassed(
  run: (made: readonly Change[]) => Promise<readonly Change[]>,
  { causes, waitMs = RETRY_WAIT_MS, onNote, signal }: RetryOptions,
): Promise<Change[]> {
  const changes = new Map<string, Change>();
  const remember = (made: readonly Change[]) => {
    for (const change of made) changes.set(`${change.operation} ${change.urn}`, change);
  };
  for (let runs = 1; ; runs += 1) {
    try {
      remember(await run([...changes.values()]));
      return [...changes.values()];
    } catch (error) {
      const reasons = error instanceof FailedRunError ? causes(error.failures) : undefined;
      if (!(error instanceof FailedRunError) || reasons === undefined || signal?.aborted) throw error;
      if (runs === MOST_RUNS) {
        throw new PipelineError(`${error.message}\n${runs} runs failed alike`, { cause: error.cause });
      }
      remember(error.changes);
      const pause = waitMs * 2 ** (runs - 1) * (1 + Math.random() / 2);
      onNote(
        `${reasons.join(", ")}: running it again in ${Math.ceil(pause / 1000)} s (${runs} of ${MOST_RUNS} runs made)`,
      );
      // A cancellation meanwhile ends it with the failure that it waited to see pass.
      await sleep(pause, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** How an operation waits for a stack that another holds. */
export interface BusyOptions {
  /** What is left of the time to wait: pauses take their part, and so do the attempts after the first. */
  readonly patience: { leftMs: number };
  readonly onNote: (message: string) => void;
  /** Before the operation is tried again. */
  readonly onFree: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Tries an operation until no other holds the stack, in pauses that grow and differ, so that many do not come at once.
 *
 * @throws StackBusyError when the time is up or the wait is cancelled; whatever else it throws, or what comes before it, at once.
 */
export async function untilFree<Result>(
  run: () => Promise<Result>,
  { patience, onNote, onFree, signal }: BusyOptions,
): Promise<Result> {
  let waited = false;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    const begun = Date.now();
    try {
      if (waited) await onFree();
      return await run();
    } catch (error) {
      if (waited) patience.leftMs = Math.max(0, patience.leftMs - (Date.now() - begun));
      if (!(error instanceof StackBusyError) || patience.leftMs <= 0 || signal?.aborted) throw error;
      const pause = Math.min(longest * (0.5 + Math.random() / 2), patience.leftMs);
      patience.leftMs -= pause;
      onNote(`another update holds the stack: trying again in ${Math.ceil(pause / 1000)} s`);
      await sleep(pause, undefined, { signal }).catch(() => {
        throw error;
      });
      waited = true;
    }
  }
}
