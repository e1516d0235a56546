import { type Change, renderChanges } from "../changes";
import type { Voice } from "./several";

/** Somebody has answered with no, in the midst of an operation. */
export class DeclinedError extends Error {
  public override readonly name = "DeclinedError";
}

/** Shows what an update is to change, and asks for it. */
export async function approve(
  changes: readonly Change[],
  stack: string,
  voice: Pick<Voice, "note" | "confirm">,
): Promise<boolean> {
  voice.note(renderChanges(changes));
  return changes.length === 0 || voice.confirm(`Change stack "${stack}"?`);
}

/**
 * Shows changes that are not those that were approved, and asks again.
 *
 * @throws DeclinedError for a no.
 */
export async function approveAgain(
  changes: readonly Change[],
  stack: string,
  voice: Pick<Voice, "note" | "confirm">,
): Promise<void> {
  voice.note("another update has held the stack meanwhile; what is to be changed now:");
  if (!(await approve(changes, stack, voice))) throw new DeclinedError(`stack "${stack}": declined`);
}
