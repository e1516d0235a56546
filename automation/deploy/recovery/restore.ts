import type { Stack } from "@pulumi/pulumi/automation";
import { backendName } from "../../engine/backend";
import { type ExportedState, exportState } from "../../engine/state/exported-state";
import { releaseDeadLocks } from "../../engine/state/locks";
import { parseState, type StackState } from "../../engine/state/state";
import { PipelineError, UnreadableStateError, UsageError } from "../../errors";
import { Checkpoints } from "./checkpoints";
import { engineCopies } from "./engine-copies";
import { LostOperations } from "./lost-operations";
import { OwnCopies } from "./own-copies";
import { lostOperations, ownCopiesOf, replaceState } from "./recovery";
import { pendingOf } from "./repaired-state";
import type { StackRecovery } from "./stack-recovery";
import type { Checkpoint } from "./state-copy";
import { recoveryHint, setAside } from "./unreadable-state";

/** An earlier state, about to take the place of the present one. */
export interface Restoration {
  readonly checkpoint: Checkpoint;
  readonly state: ExportedState;
  /** URNs of resources that the present state knows and the earlier one does not: they stay in AWS. */
  readonly forgotten: readonly string[];
  /** Why the present state cannot be read, where it cannot: what is forgotten is unknown then. */
  readonly unreadable?: string;
}

/**
 * Finds an earlier state; changes nothing.
 *
 * @param id of a checkpoint, or `latest`.
 * @throws UsageError where there is no such checkpoint.
 * @throws PipelineError where the present state cannot be read, and cannot be kept either.
 */
export async function findRestoration(
  { open, checkpoints, folder }: StackRecovery,
  id: string,
): Promise<Restoration> {
  const { stack: name } = open.file;
  const present = await presentState(open.stack);
  const readable = present instanceof UnreadableStateError ? undefined : present;
  const { resources: earlier, ...copy } = await findCopy(checkpoints, name, id, readable);
  // What cannot be read is said before anything is changed.
  await lostOperations(open).read();
  if (present instanceof UnreadableStateError) {
    if (folder !== undefined) return { ...copy, forgotten: [], unreadable: present.reason };
    const next = await recoveryHint(folder, name, await checkpoints.list());
    throw new PipelineError(
      `the state of stack "${name}" cannot be read, nor kept where it is: ${present.reason}; ${next}`,
    );
  }
  const known = new Set(earlier.map(({ urn }) => urn));
  const forgotten = parseState(name, present)
    .resources.filter(({ urn, id: physical }) => physical !== undefined && !known.has(urn))
    .map(({ urn }) => urn);
  return { ...copy, forgotten };
}

/**
 * The same for a stack that the backend does not have, or no more.
 *
 * @throws UsageError where there is no such checkpoint.
 */
export async function findRestorationOfGone(
  workDir: string,
  name: string,
  backendUrl: string | undefined,
  id: string,
): Promise<Restoration> {
  const backend = backendName(backendUrl, workDir);
  const engines = () => engineCopies({ stack: name, workDir, backendUrl });
  const checkpoints = new Checkpoints(name, engines, new OwnCopies(workDir, name, backend));
  const { resources: _, ...copy } = await findCopy(checkpoints, name, id, undefined);
  await new LostOperations(workDir, name, backend).read();
  return { ...copy, forgotten: [] };
}

async function findCopy(
  checkpoints: Checkpoints,
  name: string,
  id: string,
  present: ExportedState | undefined,
): Promise<Pick<Restoration, "checkpoint" | "state"> & Pick<StackState, "resources">> {
  const copy = await (id === "latest" ? checkpoints.latest(present) : checkpoints.read(id));
  const { resources } = parseState(name, copy.state);
  if (resources.every(({ urn }) => urn.startsWith(`urn:pulumi:${name}::`))) return { ...copy, resources };
  throw new UsageError(`checkpoint ${copy.checkpoint.id} is of another stack than "${name}"`);
}

/**
 * Restores an earlier state; a copy of the present one is kept.
 *
 * @returns where the present one is, if it could not be read.
 * @throws StackBusyError where an update is in progress.
 */
export async function restore(recovery: StackRecovery, { state }: Restoration): Promise<string | undefined> {
  const { open, folder } = recovery;
  await releaseDeadLocks(recovery.locks());
  const present = await presentState(open.stack);
  if (!(present instanceof UnreadableStateError)) {
    await ownCopiesOf(open).keep(present, "restore");
    await replaceState(open, state, [...pendingOf(state), ...pendingOf(present)]);
    return undefined;
  }
  if (folder === undefined) throw present;
  const aside = await setAside(folder, open.file.stack);
  await replaceState(open, state, pendingOf(state));
  return aside;
}

/** The stack's state, or why it cannot be read. */
async function presentState(stack: Stack): Promise<ExportedState | UnreadableStateError> {
  try {
    const present = await exportState(stack);
    parseState(stack.name, present);
    return present;
  } catch (error) {
    if (error instanceof UnreadableStateError) return error;
    throw error;
  }
}
