import { commandLine } from "../command-line";
import type { Deployment } from "../deployment";
import { UnreadableStateError } from "../errors";
import type { Checkpoint } from "./checkpoints";
import type { StackLock } from "./locks";
import type { Unfinished } from "./remedies";
import { wayBack } from "./unreadable-state";

/** What stands between a stack and its next update, and the copies of its state. */
export interface RecoveryReport {
  readonly stack: string;
  /** Why the state cannot be made out, where it cannot. */
  readonly unreadable?: string;
  readonly locks: readonly StackLock[];
  /** What an interrupted update left; none while another update runs. */
  readonly unfinished: readonly Omit<Unfinished, "inputs">[];
  /** Newest first. */
  readonly checkpoints: readonly Checkpoint[];
  /** A command, or what else to do. */
  readonly next: string;
}

/**
 * Looks at a stack's locks, unfinished operations and checkpoints; changes nothing.
 *
 * @throws AwsCallError where AWS has to tell what was made, and does not.
 */
export async function recoveryReport(deployment: Deployment): Promise<RecoveryReport> {
  const { name: stack } = deployment.open.stack;
  const [locks, interruption, checkpoints] = await Promise.all([
    deployment.locks(),
    deployment.interruption().catch(unlessUnreadable),
    deployment.checkpoints.list(),
  ]);
  if (interruption instanceof UnreadableStateError) {
    const next = await wayBack(deployment.folder, stack, checkpoints);
    return { stack, unreadable: interruption.reason, locks, unfinished: [], checkpoints, next };
  }
  const unfinished = (interruption?.unfinished ?? []).map(({ inputs: _, ...told }) => told);
  return { stack, locks, unfinished, checkpoints, next: nextStep(stack, locks, interruption !== undefined) };
}

function unlessUnreadable(error: unknown): UnreadableStateError {
  if (error instanceof UnreadableStateError) return error;
  throw error;
}

function nextStep(stack: string, locks: readonly StackLock[], interrupted: boolean): string {
  if (interrupted)
    return `${commandLine("recover", stack, " --repair")}, or ${commandLine("up", stack)}, which does so first`;
  const holders = new Set(locks.map(({ holder }) => holder));
  if (holders.has("elsewhere")) {
    return `wait for the update that runs elsewhere; if it has died there, \`pulumi cancel --stack ${stack}\``;
  }
  return holders.has("alive") ? "wait for the update that runs" : "nothing is to be repaired";
}
