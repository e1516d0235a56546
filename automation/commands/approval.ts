import { type Change, renderChanges } from "../changes";
import type { Voice } from "./several";

/** Somebody has answered with no, in the midst of an operation. */
class DeclinedError extends Error {
  public override readonly name = "DeclinedError";
}

type Asking = Pick<Voice, "note" | "confirm">;

/** Shows what is to be changed, and asks for it. */
async function approve(changes: readonly Change[], question: string, voice: Asking): Promise<boolean> {
  voice.note(renderChanges(changes));
  return changes.length === 0 || voice.confirm(question);
}

/**
 * Makes changes once they are approved, and asks again where they have become others meanwhile.
 *
 * @returns what `make` does; nothing where somebody has declined.
 */
export async function onceApproved<Made>(
  changes: readonly Change[],
  question: string,
  voice: Asking,
  make: (onOtherChanges: (others: readonly Change[]) => Promise<void>) => Promise<Made>,
): Promise<Made | undefined> {
  const decline = () => {
    voice.note("nothing was changed");
    return undefined;
  };
  if (!(await approve(changes, question, voice))) return decline();
  try {
    return await make(async (others) => {
      voice.note("another update has held the stack meanwhile; what is to be changed now:");
      if (!(await approve(others, question, voice))) throw new DeclinedError("declined");
    });
  } catch (error) {
    if (error instanceof DeclinedError) return decline();
    throw error;
  }
}
