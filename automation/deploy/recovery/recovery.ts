import { isDeepStrictEqual } from "node:util";
import { backendName } from "../../engine/backend";
import { nameOf } from "../../engine/changes";
import { FailedRunError } from "../../engine/run/failed-run";
import { type ExportedState, exportState, importState } from "../../engine/state/exported-state";
import { releaseDeadLocks, renderLock, type StackLock } from "../../engine/state/locks";
import { parseState, type ResourceState, type UnfinishedOperation } from "../../engine/state/state";
import { checkWriter } from "../../engine/state/state-writer";
import type { OpenStack } from "../../engine/workspace";
import { messageOf, StackBusyError, throwMistake } from "../../errors";
import { ownName } from "../../project/stack-name";
import { awsLookups } from "./aws-lookups";
import { asUnfinished, type LostOperation, LostOperations, lostOperation } from "./lost-operations";
import { OwnCopies } from "./own-copies";
import { type Lookups, remediesFor, renderUnfinished, type Unfinished } from "./pending-operations";
import { pendingOf, repairState } from "./repaired-state";

type KnownStack = Pick<OpenStack, "stack" | "backendUrl">;
type InterruptedStack = Pick<OpenStack, "stack" | "backendUrl" | "file">;

/** What an update left that did not end by itself. */
export interface Interruption {
  /** Locks of processes that are gone. */
  readonly locks: readonly StackLock[];
  readonly unfinished: readonly Unfinished[];
  /** The state in which they were found. */
  readonly state: ExportedState;
  /** Those that the state does not know. */
  readonly lost: readonly LostOperation[];
}

/**
 * Looks for what an interrupted update has left. While another update is in progress there is nothing to repair: the operations
 * that its state says are unfinished are its own.
 *
 * @param locks of the stack, as far as they can be seen.
 * @throws AwsCallError where AWS does not say what was created; UsageError where a newer version, or another program, has deployed the stack.
 */
export async function findInterruption(
  open: InterruptedStack,
  locks: readonly StackLock[],
  lookups: Lookups = awsLookups(open.file),
): Promise<Interruption | undefined> {
  const { stack } = open;
  if (locks.some(({ holder }) => holder !== "dead")) return undefined;
  const state = await exportState(stack);
  const { pending, resources } = parseState(stack.name, state);
  checkWriter(stack.name, resources);
  const lost = stillLost(await lostOperations(open).read(), pending, resources);
  const operations = [...pending, ...lost.map(asUnfinished)];
  if (locks.length === 0 && operations.length === 0) return undefined;
  return { locks, unfinished: await remediesFor(operations, resources, lookups), state, lost };
}

/** What was found and what is to become of it, a line each. */
export function renderInterruption({ locks, unfinished }: Interruption): string {
  const lines = [
    ...locks.map((lock) => `the lock of ${renderLock(lock)}, is removed`),
    ...unfinished.map(renderUnfinished),
  ];
  return ["an earlier update was interrupted:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/**
 * Ends an interruption: removes dead locks and finds out, for each unfinished operation, what became of it.
 *
 * @param refresh has the engine read these resources into the state.
 * @returns what was adopted from AWS, by logical name.
 * @throws StackBusyError where another update is in progress: what seemed unfinished is its own.
 */
export async function repairInterruption(
  open: InterruptedStack,
  { locks, unfinished, state, lost }: Interruption,
  refresh: (urns: readonly string[]) => Promise<unknown>,
  lookups: Lookups = awsLookups(open.file),
): Promise<readonly string[]> {
  const { stack } = open;
  await releaseDeadLocks(locks);
  if (unfinished.length === 0) return [];
  if (!isDeepStrictEqual(await exportState(stack), state)) {
    throw new StackBusyError(
      `another update of stack "${stack.name}" is in progress: its state has just been changed`,
    );
  }
  const repaired = repairState(state, lost, unfinished);
  await replaceState(open, repaired.state, pendingOf(state));
  // No other update is in progress, or the import would have been refused: no running update waits for these keys.
  for (const { remedy } of unfinished) {
    if (remedy.kind !== "discard") continue;
    for (const keyId of remedy.keyIds) await lookups.deleteAccessKey(remedy.user, keyId);
  }
  if (repaired.toRead.length > 0) await refresh(repaired.toRead);
  await lostOperations(open).set([]);
  const { resources } = parseState(stack.name, await exportState(stack));
  const present = new Set(resources.map(({ urn }) => urn));
  return unfinished
    .filter(({ remedy, urn }) => remedy.kind === "adopt" && present.has(urn))
    .map(({ urn }) => nameOf(urn));
}

/** What exists in AWS and belongs into the state of a stack. */
export interface ExistingResource {
  readonly urn: string;
  readonly type: string;
  /** By which the provider imports it. */
  readonly id: string;
  readonly parent: string;
  /** Reference to the provider in the state. */
  readonly provider: string;
}

/**
 * Takes what exists into the state: each resource under its id, without inputs, so that the engine's refresh reads it by the provider's
 * import and takes its inputs from AWS. Protected, as `pulumi import` leaves it, until the next update says otherwise.
 *
 * @param refresh has the engine read these resources into the state.
 * @returns what was found in AWS, by logical name.
 */
export async function adoptExisting(
  open: InterruptedStack,
  existing: readonly ExistingResource[],
  refresh: (urns: readonly string[]) => Promise<unknown>,
): Promise<readonly string[]> {
  const lost = existing.map(({ id, ...resource }) => ({
    type: "importing",
    resource: { ...resource, id, custom: true, protect: true },
  }));
  await lostOperations(open).add(lost);
  const unfinished = lost.map((one) => ({
    ...asUnfinished(one),
    remedy: { kind: "adopt" as const, id: one.resource.id },
  }));
  const state = await exportState(open.stack);
  return repairInterruption(open, { locks: [], unfinished, state, lost }, refresh);
}

/**
 * Imports a state. The import drops what is pending, and until its end is found out nobody else would
 * know of it: so it is remembered first.
 *
 * @param pending what is to be found out afterwards.
 * @throws PipelineError where it cannot be remembered: then nothing is changed. StackBusyError where an update is in progress.
 */
export async function replaceState(
  open: KnownStack,
  state: ExportedState,
  pending: readonly LostOperation[],
): Promise<void> {
  const lost = lostOperations(open);
  const before = await lost.read();
  const at = new Date().toISOString();
  await lost.add(pending.map((one) => ({ ...one, at })));
  try {
    await importState(open.stack, state);
  } catch (error) {
    // The update in progress ends what is pending. After any other failure it may have been dropped all the same.
    if (error instanceof StackBusyError) {
      await lost.add(before);
      await lost.set((await lost.read()).filter((one) => one.at !== at));
    }
    throw error;
  }
}

/**
 * Keeps what a failed run of the engine began and got no answer to, so that the next one can look for it.
 *
 * @returns the failure, with a line of what could not be kept.
 */
export async function rememberLost(open: KnownStack, failure: FailedRunError): Promise<FailedRunError> {
  const { message, failures, changes, lost } = failure;
  const operations = lost.flatMap(lostOperation);
  try {
    await lostOperations(open).add(operations);
    return failure;
  } catch (error) {
    throwMistake(error);
    const forgotten = operations.map(({ type, resource }) => `${type} ${nameOf(resource.urn)}`).join(", ");
    const reason = messageOf(error);
    const line = `not remembered, so that the next run does not look for it in AWS: ${forgotten}: ${reason}`;
    return new FailedRunError(`${message}\n${line}`, failures, changes, lost);
  }
}

/** What the engine has not found out by itself since, and the state can take in. */
function stillLost(
  lost: readonly LostOperation[],
  pending: readonly UnfinishedOperation[],
  resources: readonly ResourceState[],
): LostOperation[] {
  const references = new Set(resources.map(({ urn, id }) => `${urn}::${id}`));
  return lost.filter(({ at, resource: { urn, provider } }) => {
    const later = resources.some((one) => one.urn === urn && at !== undefined && (one.created ?? "") > at);
    const known = pending.some((one) => one.urn === urn);
    return !known && !later && (provider === undefined || references.has(provider));
  });
}

/** Forgets what was lost of a stack that is gone. */
export async function forgetLost(open: KnownStack): Promise<void> {
  await lostOperations(open).set([]);
}

/** The copies that `recover` keeps of a stack's state, as far as they are of its backend. */
export function ownCopiesOf({ stack: { name, workspace }, backendUrl }: KnownStack): OwnCopies {
  return new OwnCopies(workspace.workDir, ownName(name), backendName(backendUrl, workspace.workDir));
}

/** What got no answer of a stack in its backend. */
export function lostOperations({ stack: { name, workspace }, backendUrl }: KnownStack): LostOperations {
  return new LostOperations(workspace.workDir, ownName(name), backendName(backendUrl, workspace.workDir));
}
