import { type Change, sameChanges } from "./changes";
import type { AfterWaiting } from "./deployment-options";
import { messageOf, PipelineError } from "./errors";
import { FailedRunError, type RetryOptions, untilPassed } from "./retry";

/** What an update consists of. */
export interface Update extends AfterWaiting {
  readonly preview: () => Promise<readonly Change[]>;
  /**
   * Makes the changes.
   *
   * @param previewAgain says what is to be changed after another update has held the stack.
   */
  readonly run: (
    expected: readonly Change[],
    previewAgain: () => Promise<readonly Change[]>,
  ) => Promise<readonly Change[]>;
  readonly retry: RetryOptions;
}

/**
 * Makes the changes of an update, again where that failed for passing reasons, and tells where they have become others than
 * those that were previewed.
 *
 * @returns the changes of all its runs.
 * @throws what the last run threw; what `onOtherChanges` throws, after which nothing is run, with what runs before have done.
 */
export async function runUpdate(
  { preview, run, onOtherChanges, retry }: Update,
  previewed: readonly Change[],
): Promise<Change[]> {
  let expected = previewed;
  let failed: FailedRunError | undefined;
  const previewOnce = () =>
    preview().catch((error: unknown) => {
      // It is no run that could be made again.
      throw error instanceof FailedRunError ? new PipelineError(error.message) : error;
    });
  const tell: AfterWaiting["onOtherChanges"] = (changes) =>
    Promise.resolve(onOtherChanges?.(changes)).catch((error: unknown) => {
      if (failed === undefined) throw error;
      throw new PipelineError(`${failed.message}\nnot run again: ${messageOf(error)}`);
    });
  const previewAgain = async () => {
    expected = await previewAnew(previewOnce, expected, tell);
    return expected;
  };
  return untilPassed(async () => {
    try {
      return await run(expected, previewAgain);
    } catch (error) {
      if (!(error instanceof FailedRunError)) throw error;
      failed = error;
      expected = without(expected, error.changes);
      throw error;
    }
  }, retry);
}

/** Previews once more, and tells of what is not what was expected, where something was. */
export async function previewAnew(
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
