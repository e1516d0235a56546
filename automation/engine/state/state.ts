import type { Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { unreadableState } from "../engine-errors";
import { type ExportedState, exportState } from "./exported-state";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  /** What AWS calls it; components have none. */
  id: z.string().optional(),
  parent: z.string().optional(),
  protect: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  /** When the engine created it, ISO 8601. */
  created: z.string().optional(),
  /** Gone from the program, and still to be deleted. */
  delete: z.boolean().optional(),
});

const deployment = z.object({
  resources: z.array(resource).nullish(),
  pending_operations: z.array(z.object({ resource, type: z.string() })).nullish(),
});

/** A resource as the stack's state has it; values of secrets are encrypted. */
export type ResourceState = z.infer<typeof resource>;

/** An operation that began and whose end the state does not know. */
export interface PendingOperation {
  readonly urn: string;
  /** creating, updating, deleting, reading or importing */
  readonly operation: string;
}

/** The same, with the resource that it was to create or to change. */
export interface UnfinishedOperation extends PendingOperation {
  readonly type: string;
  /** As the program gave them, with the names that Pulumi chose; values of secrets are encrypted. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What the engine knows of a stack. */
export interface StackState {
  readonly resources: readonly ResourceState[];
  readonly pending: readonly UnfinishedOperation[];
}

/**
 * Reads a stack's state. The engine leaves secrets encrypted in it.
 *
 * @throws UnreadableStateError for a state of a shape unknown here.
 */
export async function readState(stack: Stack): Promise<StackState> {
  return parseState(stack.name, await exportState(stack));
}

/** @throws UnreadableStateError for a state of a shape unknown here. */
export function parseState(stack: string, exported: ExportedState): StackState {
  const parsed = deployment.safeParse(exported.deployment ?? {});
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw unreadableState(stack, `it lacks or misstates ${fields}`);
  }
  const { resources, pending_operations: pending } = parsed.data;
  return {
    resources: resources ?? [],
    pending: (pending ?? []).map(({ resource, type }) => ({
      urn: resource.urn,
      operation: type,
      type: resource.type,
      inputs: resource.inputs ?? {},
    })),
  };
}
