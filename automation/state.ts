import type { Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { PipelineError } from "./errors";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  /** What AWS calls it; components have none. */
  id: z.string().optional(),
  protect: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  /** Gone from the program, and still to be deleted. */
  delete: z.boolean().optional(),
});

const deployment = z.object({
  resources: z.array(resource).nullish(),
  pending_operations: z
    .array(z.object({ resource: z.object({ urn: z.string() }), type: z.string() }))
    .nullish(),
});

/** A resource as the stack's state has it; values of secrets are encrypted. */
export type ResourceState = z.infer<typeof resource>;

/** An operation that began and whose end the state does not know. */
export interface PendingOperation {
  readonly urn: string;
  /** creating, updating, deleting, reading or importing */
  readonly operation: string;
}

/** What the engine knows of a stack. */
export interface StackState {
  readonly resources: readonly ResourceState[];
  readonly pending: readonly PendingOperation[];
}

/**
 * Reads a stack's state. The engine leaves secrets encrypted in it.
 *
 * @throws PipelineError for a state of a shape unknown here.
 */
export async function readState(stack: Pick<Stack, "name" | "exportStack">): Promise<StackState> {
  const parsed = deployment.safeParse((await stack.exportStack()).deployment ?? {});
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new PipelineError(`the state of stack "${stack.name}" lacks or misstates: ${fields}`);
  }
  const { resources, pending_operations: pending } = parsed.data;
  return {
    resources: resources ?? [],
    pending: (pending ?? []).map(({ resource: { urn }, type }) => ({ urn, operation: type })),
  };
}
