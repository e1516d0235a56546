import { commandLine } from "../../command-line";
import { unlockAdvice } from "../../engine/engine-errors";
import type { StackLock } from "../../engine/state/locks";
import { UnreadableStateError } from "../../errors";
import type { Unfinished } from "./pending-operations";
import type { StackRecovery } from "./stack-recovery";
import type { Checkpoint } from "./state-copy";
import { recoveryHint } from "./unreadable-state";

/** What stands between a stack and its next update, and the copies of its state. */
export interface RecoveryReport {
  readonly stack: string;
  /** Why the state cannot be read, where it cannot. */
  readonly unreadable?: string;
  /** Absent where they cannot be seen: the project names no folder as its backend. */
  readonly locks?: readonly StackLock[];
  /** What an interrupted update left; none while another update is seen to run. */
  readonly unfinished: readonly Omit<Unfinished, "inputs">[];
  /** Newest first. */
  readonly checkpoints: readonly Checkpoint[];
  /** A command, or what else to do. */
  readonly next: string;
}

/**
 * Looks at a stack's locks, unfinished operations and checkpoints; changes nothing.
 *
 * @throws AwsCallError where AWS does not say what was created.
 */
export async function recoveryReport(recovery: StackRecovery): Promise<RecoveryReport> {
  const { name: stack } = recovery.open.stack;
  const [interruption, checkpoints] = await Promise.all([
    recovery.interruption().catch(unlessUnreadable),
    recovery.checkpoints.list(),
  ]);
  const locks = recovery.folder === undefined ? undefined : recovery.locks();
  const seen = { stack, checkpoints, ...(locks && { locks }) };
  if (interruption instanceof UnreadableStateError) {
    const next = await recoveryHint(recovery.folder, stack, checkpoints);
    return { ...seen, unreadable: interruption.reason, unfinished: [], next };
  }
  const unfinished = (interruption?.unfinished ?? []).map(({ inputs: _, ...shown }) => shown);
  return { ...seen, unfinished, next: nextStep(stack, locks, interruption !== undefined) };
}

function unlessUnreadable(error: unknown): UnreadableStateError {
  if (error instanceof UnreadableStateError) return error;
  throw error;
}

function nextStep(stack: string, locks: readonly StackLock[] | undefined, interrupted: boolean): string {
  const repair = `${commandLine("recover", stack, " --yes")}, or ${commandLine("up", stack)}, which does so first`;
  if (locks === undefined) {
    const first = interrupted ? repair : "nothing to repair";
    return `${first}; if a command says that another update is in progress, wait for it; ${unlockAdvice(stack)}`;
  }
  if (interrupted) return repair;
  const holders = new Set(locks.map(({ holder }) => holder));
  if (holders.has("elsewhere")) {
    return `wait for the update that runs elsewhere; ${unlockAdvice(stack)}`;
  }
  return holders.has("alive") ? `wait for the update that runs; ${unlockAdvice(stack)}` : "nothing to repair";
}
