import { z } from "zod";
import type { ExportedState } from "../../engine/state/exported-state";
import type { LostOperation } from "./lost-operations";
import type { Unfinished } from "./pending-operations";

// Whatever else the engine has written stays as it is.
const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  delete: z.boolean().optional(),
});
const deployment = z.looseObject({
  resources: z.array(resource).nullish(),
  pending_operations: z.array(z.looseObject({ type: z.string(), resource })).nullish(),
});

/** The unfinished operations that a state knows. */
export function pendingOf({ deployment: exported }: ExportedState): LostOperation[] {
  return (deployment.parse(exported).pending_operations ?? []).map(({ type, resource: begun }) => ({
    type,
    resource: begun,
  }));
}

/** A state to import instead of another, and what the engine is to read then. */
export interface RepairedState {
  readonly state: ExportedState;
  /** URNs of resources whose live state decides. */
  readonly toRead: readonly string[];
}

/**
 * Ends the unfinished operations of a state, and those that it does not know: what may have been created becomes a resource
 * under the id where it would be, which a refresh then finds or drops. `pulumi refresh --import-pending-creates` does this for
 * creations that the state knows, and not for those that it does not, or whose provider died.
 */
export function repairState(
  exported: ExportedState,
  lost: readonly LostOperation[],
  unfinished: readonly Unfinished[],
): RepairedState {
  const { resources, pending_operations: pending, ...rest } = deployment.parse(exported.deployment);
  const remedies = new Map(unfinished.map((one) => [`${one.operation} ${one.urn}`, one.remedy]));
  let all = resources ?? [];
  const toRead: string[] = [];
  for (const { type, resource: begun } of [...(pending ?? []), ...lost]) {
    const remedy = remedies.get(`${type} ${begun.urn}`);
    if (remedy?.kind === "adopt") {
      const { id } = remedy;
      toRead.push(begun.urn);
      if (all.some((one) => one.urn === begun.urn && one.id === id)) continue;
      // Of a replacement the predecessor is still there, and goes next.
      all = all.map((one) => (one.urn === begun.urn ? { ...one, delete: true } : one));
      all = [...all, { ...begun, id }];
    }
    if (remedy?.kind === "read" && all.some(({ urn }) => urn === begun.urn)) toRead.push(begun.urn);
  }
  const repaired = { ...rest, resources: all, pending_operations: [] };
  return { state: { ...exported, deployment: repaired }, toRead };
}
