import type { Deployment } from "../deployment";
import { UsageError } from "../errors";
import { type ExportedState, exportState, importState } from "../exported-state";
import { parseState } from "../state";
import type { Checkpoint } from "./checkpoints";
import { releaseDeadLocks } from "./locks";
import { lostOperations } from "./recovery";
import { pendingOf } from "./repaired-state";

/** An earlier state, about to take the place of the present one. */
export interface Restoration {
  readonly checkpoint: Checkpoint;
  readonly state: ExportedState;
  /** URNs of resources that the present state knows and the earlier one does not: they stay in AWS. */
  readonly forgotten: readonly string[];
}

/**
 * Finds an earlier state; changes nothing.
 *
 * @param id of a checkpoint, or `latest`.
 * @throws UsageError where there is no such checkpoint.
 */
export async function findRestoration({ open, checkpoints }: Deployment, id: string): Promise<Restoration> {
  const [newest] = id === "latest" ? await checkpoints.list() : [];
  const { checkpoint, state } = await checkpoints.read(newest?.id ?? id);
  const { name } = open.stack;
  const earlier = parseState(name, state).resources;
  if (!earlier.every(({ urn }) => urn.startsWith(`urn:pulumi:${name}::`))) {
    throw new UsageError(`checkpoint ${checkpoint.id} is of another stack than "${name}"`);
  }
  const known = new Set(earlier.map(({ urn }) => urn));
  const present = parseState(name, await exportState(open.stack)).resources;
  const forgotten = present
    .filter(({ urn, id }) => id !== undefined && !known.has(urn))
    .map(({ urn }) => urn);
  return { checkpoint, state, forgotten };
}

/**
 * Puts an earlier state in the place of the present one, of which a copy is kept.
 *
 * @throws StackBusyError where an update holds the stack.
 */
export async function restore(deployment: Deployment, { state }: Restoration): Promise<void> {
  const { stack } = deployment.open;
  await releaseDeadLocks(await deployment.locks());
  const present = await exportState(stack);
  await deployment.checkpoints.keep(present, "restore");
  await importState(stack, state);
  // The import has dropped what was pending: what came of it is found out by the next update.
  await lostOperations(deployment.open).add([...pendingOf(state), ...pendingOf(present)]);
}
