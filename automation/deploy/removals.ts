import type { ResourceState } from "../engine/state/state";
import type { OpenStack } from "../engine/workspace";
import { PipelineError } from "../errors";
import { refuseFullBuckets } from "./full-buckets";
import { lossReport, type Removals } from "./losses";
import { refuseProtected, refuseUnmigrated } from "./protection";

/** A stack as checks before a deletion see it. */
export interface Removable extends Pick<OpenStack, "stack" | "file"> {
  /** Receives what could not be checked. */
  readonly onNote: (message: string) => void;
}

/**
 * Checks what an update would take away, before it changes anything.
 *
 * @throws PipelineError for a loss that is not allowed, and for a bucket with objects that Pulumi may not empty.
 */
export async function checkLosses(
  { stack, file, onNote }: Removable,
  removals: Removals,
  allowLoss: boolean,
): Promise<void> {
  const report = lossReport(stack.name, removals);
  if (report === undefined) return;
  if (!allowLoss) throw new PipelineError(report);
  await refuseFullBuckets(file, removals.lost, onNote);
}

/**
 * Checks that a stack can be destroyed to its end.
 *
 * @throws PipelineError naming protected resources, or buckets with objects that Pulumi may not empty.
 */
export async function checkDestruction(
  { stack, file, onNote }: Removable,
  resources: readonly ResourceState[],
): Promise<void> {
  refuseProtected(stack.name, resources);
  refuseUnmigrated(stack.name, resources);
  await refuseFullBuckets(file, resources, onNote);
}
