import { type Change, sameChanges } from "../engine/changes";
import { FailedRunError } from "../engine/run/failed-run";
import { messageOf, PipelineError, StackBusyError } from "../errors";
import type { AfterWaiting } from "./deployment-options";
import { type RetryOptions, untilPassed } from "./retry";

/** What an update consists of. */
export interface Update extends AfterWaiting {
  readonly preview: () => Promise<readonly Change[]>;
  /**
   * Makes the changes.
   *
   * @param previewAgain says what is to be changed after another update has ended.
   * @param made what runs before have changed.
   */
  readonly run: (
    expected: readonly Change[],
    previewAgain: () => Promise<readonly Change[]>,
    made: readonly Change[],
  ) => Promise<readonly Change[]>;
  readonly retry: RetryOptions;
}

/**
 * Makes the changes of an update, again where that failed for passing reasons, and reports where they have become others than
 * those that were previewed.
 *
 * @returns the changes of all its runs.
 * @throws what the last run threw, or what else came in between, with what runs before have done; what `onOtherChanges`
 * throws, after which nothing is run.
 */
export async function runUpdate(
  { preview, run, onOtherChanges, retry }: Update,
  previewed: readonly Change[],
): Promise<Change[]> {
  let expected = previewed;
  let failed: FailedRunError | undefined;
  const previewOnce = () =>
    preview().catch((error: unknown) => {
      // It is no run that could be repeated.
      throw error instanceof FailedRunError
        ? new PipelineError(error.message, { cause: error.cause })
        : error;
    });
  const previewAgain = async () => {
    expected = await previewOnceMore(previewOnce, expected, onOtherChanges);
    return expected;
  };
  return untilPassed(async (made) => {
    try {
      return await run(expected, previewAgain, made);
    } catch (error) {
      if (!(error instanceof FailedRunError)) throw failed === undefined ? error : notRunAgain(failed, error);
      failed = error;
      expected = without(expected, error.changes);
      throw error;
    }
  }, retry);
}

/** The failure that was to be tried again, and why it was not. */
function notRunAgain(failed: FailedRunError, reason: unknown): PipelineError {
  const message = `${failed.message}\nnot run again: ${messageOf(reason)}`;
  const because = { cause: reason };
  return reason instanceof StackBusyError
    ? new StackBusyError(message, because)
    : new PipelineError(message, because);
}

/** Previews once more, and reports changes that differ from those expected, where some were. */
export async function previewOnceMore(
  preview: () => Promise<readonly Change[]>,
  expected: readonly Change[] | undefined,
  onOtherChanges: AfterWaiting["onOtherChanges"],
): Promise<readonly Change[]> {
  const found = await preview();
  if (expected !== undefined && !sameChanges(found, expected)) await onOtherChanges?.(found);
  return found;
}

function without(changes: readonly Change[], made: readonly Change[]): Change[] {
  const urns = new Set(made.map(({ urn }) => urn));
  return changes.filter(({ urn }) => !urns.has(urn));
}
