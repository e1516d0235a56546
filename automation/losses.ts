import type { OpType } from "@pulumi/pulumi/automation";
import { type Change, renderChanges } from "./changes";
import { PipelineError } from "./errors";

/**
 * Resources that hold what cannot be made again: deleting or replacing them loses objects, makes them unreadable, or
 * loses Snowflake's subscription.
 */
const stateful: readonly string[] = ["aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:sns/topic:Topic"];

/** Changes that take away a stateful resource. */
export function losses(changes: readonly Change[]): Change[] {
  const removing: readonly OpType[] = ["delete", "replace", "delete-replaced"];
  return changes.filter(({ operation, type }) => removing.includes(operation) && stateful.includes(type));
}

/** @throws PipelineError naming each change that takes away what cannot be made again. */
export function refuseLosses(changes: readonly Change[]): void {
  const lost = losses(changes);
  if (lost.length === 0) return;
  throw new PipelineError(
    `this update would take away what cannot be made again:\n${renderChanges(lost)}\n` +
      "objects of a bucket go with it, objects under a key become unreadable, a topic loses Snowflake's subscription; " +
      "move the data first, then allow it with --allow-loss",
  );
}
