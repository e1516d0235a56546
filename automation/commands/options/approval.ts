import type { AfterWaiting } from "../../deploy/deployment-options";
import { type Change, renderChanges } from "../../engine/changes";
import type { Voice } from "./on-stacks";

/** A question during an operation was answered with no. */
class DeclinedError extends Error {
  public override readonly name = "DeclinedError";
}

/** Before what an interrupted update has left is repaired. */
export const REPAIR_QUESTION = "Repair the interrupted update first?";

type Asking = Pick<Voice, "note" | "confirm">;

/** Shows what is to be changed, and asks for it. */
async function approve(changes: readonly Change[], question: string, voice: Asking): Promise<boolean> {
  voice.note(renderChanges(changes));
  return changes.length === 0 || voice.confirm(question);
}

/**
 * Makes changes once they are approved, and asks again where they have become others meanwhile, or another update has died.
 *
 * @returns what `make` does; nothing where somebody has declined.
 */
export async function onceApproved<Made>(
  changes: readonly Change[],
  question: string,
  voice: Asking,
  make: (asking: Required<AfterWaiting>) => Promise<Made>,
): Promise<Made | undefined> {
  const decline = () => {
    voice.note("nothing was changed");
    return undefined;
  };
  if (!(await approve(changes, question, voice))) return decline();
  try {
    return await make({
      async onOtherChanges(others) {
        voice.note("another update has changed the stack; changes now:");
        if (!(await approve(others, question, voice))) throw new DeclinedError("declined");
      },
      async onInterruption() {
        if (!(await voice.confirm(REPAIR_QUESTION))) throw new DeclinedError("declined");
      },
    });
  } catch (error) {
    if (error instanceof DeclinedError) return decline();
    throw error;
  }
}
