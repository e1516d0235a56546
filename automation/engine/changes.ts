import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

/** One thing that the engine did to a resource, or would do. */
export interface Change {
  readonly operation: OpType;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Top-level properties that differ. */
  readonly properties: readonly string[];
}

const unchanged: readonly string[] = ["same", "read", "refresh", "read-discard", "discard-replaced"];

/** The step that an event announces or reports. */
export type Step = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** What a step is about, whether or not it changes anything; `undefined` for components and providers. */
export function subjectOf(metadata: Step): Change | undefined {
  const state = metadata.new ?? metadata.old;
  if (metadata.type.startsWith("pulumi:") || !state?.custom) return undefined;
  const differing = metadata.diffs ?? Object.keys(metadata.detailedDiff ?? {});
  return {
    operation: metadata.op,
    urn: metadata.urn,
    type: metadata.type,
    name: nameOf(metadata.urn),
    properties: [...new Set(differing.map((property) => property.split(/[.[]/)[0] ?? property))],
  };
}

/** The change of a step; `undefined` where it changes nothing in AWS. */
export function changeOf(metadata: Step): Change | undefined {
  return unchanged.includes(metadata.op) ? undefined : subjectOf(metadata);
}

/** Whether two previews would do the same, in whatever order. */
export function sameChanges(some: readonly Change[], others: readonly Change[]): boolean {
  const shown = (changes: readonly Change[]) =>
    changes.map(({ operation, urn, properties }) => `${operation} ${urn} ${[...properties].sort()}`).sort();
  return isDeepStrictEqual(shown(some), shown(others));
}

/** One line for each change, marked as Pulumi marks it. */
export function renderChanges(changes: readonly Change[]): string {
  const lines = changes.map(({ operation, type, name, properties }) => {
    const differing = properties.length > 0 ? ` (${properties.join(", ")})` : "";
    return `  ${markOf(operation)} ${operation.padEnd(15)} ${shortType(type)} ${name}${differing}`;
  });
  return [...lines, summarize(changes)].join("\n");
}

/** Counts by operation, such as "4 create, 1 update". */
export function summarize(changes: readonly Change[]): string {
  if (changes.length === 0) return "no changes";
  const counts = new Map<string, number>();
  for (const { operation } of changes) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return [...counts].map(([operation, count]) => `${count} ${operation}`).join(", ");
}

/** `aws:s3/bucketPolicy:BucketPolicy` as people say it: s3.BucketPolicy. */
export function shortType(type: string): string {
  const [, module = "", name = type] = type.split(":");
  const service = module.split("/")[0] ?? "";
  return type.startsWith("aws:") ? `${service}.${name}` : name;
}

/** The logical name at a URN's end. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** As Pulumi marks an operation. */
export function markOf(operation: OpType): string {
  if (operation.startsWith("create")) return "+";
  if (operation.startsWith("delete")) return "-";
  if (operation === "import") return "=";
  return operation.includes("replace") ? "±" : "~";
}
