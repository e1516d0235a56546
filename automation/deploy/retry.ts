import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "../engine/changes";
import { FailedRunError } from "../engine/run/failed-run";
import type { Failure } from "../engine/run/failure-causes";
import { PipelineError, StackBusyError } from "../errors";

/** How often a run is repeated, and who is notified. */
export interface RetryOptions {
  /** Why it may succeed later; `undefined` where it would not. */
  readonly causes: (failures: readonly Failure[]) => readonly string[] | undefined;
  /** Milliseconds before the second run; before the third, twice as many. Up to half of it is added at random. @default 20 000 */
  readonly waitMs?: number | undefined;
  readonly onNote: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_WAIT_MS = 20_000;

/** Runs in all: the provider has retried in each of them already. */
const MOST_RUNS = 3;

/**
 * Repeats a run that failed for passing reasons alone; each receives what those before have changed.
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
        throw new PipelineError(`${error.message}\nall ${runs} attempts failed`, { cause: error.cause });
      }
      remember(error.changes);
      const pause = waitMs * 2 ** (runs - 1) * (1 + Math.random() / 2);
      onNote(
        `${reasons.join(", ")}: retrying in ${Math.ceil(pause / 1000)} s (attempt ${runs + 1} of ${MOST_RUNS})`,
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
  readonly timeToWait: { leftMs: number };
  readonly onNote: (message: string) => void;
  /** Before the operation is tried again. */
  readonly onFree: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Tries an operation until no other update is in progress, in pauses that grow and differ, so that many do not come at once.
 *
 * @throws StackBusyError when the time is up or the wait is cancelled; whatever else it throws, or what comes before it, at once.
 */
export async function untilFree<Result>(
  run: () => Promise<Result>,
  { timeToWait, onNote, onFree, signal }: BusyOptions,
): Promise<Result> {
  let waited = false;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    const begun = Date.now();
    try {
      if (waited) await onFree();
      return await run();
    } catch (error) {
      if (waited) timeToWait.leftMs = Math.max(0, timeToWait.leftMs - (Date.now() - begun));
      if (!(error instanceof StackBusyError) || timeToWait.leftMs <= 0 || signal?.aborted) throw error;
      const pause = Math.min(longest * (0.5 + Math.random() / 2), timeToWait.leftMs);
      timeToWait.leftMs -= pause;
      onNote(`another update is in progress: trying again in ${Math.ceil(pause / 1000)} s`);
      await sleep(pause, undefined, { signal }).catch(() => {
        throw error;
      });
      waited = true;
    }
  }
}
