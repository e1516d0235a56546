import { type Change, sameChanges } from "./changes";
import type { UpOptions } from "./deployment-options";
import { FailedRunError, type RetryOptions, untilPassed } from "./retry";

/** What an update consists of. */
export interface Update extends Pick<UpOptions, "onOtherChanges"> {
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
 * @throws what the last run threw, or `onOtherChanges` before anything was changed.
 */
export async function runUpdate(
  { preview, run, onOtherChanges, retry }: Update,
  previewed: readonly Change[],
): Promise<Change[]> {
  let expected = previewed;
  let failed: FailedRunError | undefined;
  const previewAgain = async () => {
    const found = await preview();
    if (!sameChanges(found, expected)) {
      await onOtherChanges?.(found).catch((error: unknown) => {
        throw failed ?? error;
      });
    }
    expected = found;
    return found;
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

function without(changes: readonly Change[], made: readonly Change[]): Change[] {
  const urns = new Set(made.map(({ urn }) => urn));
  return changes.filter(({ urn }) => !urns.has(urn));
}
