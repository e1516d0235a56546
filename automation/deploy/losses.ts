import type { OpType } from "@pulumi/pulumi/automation";
import { lossByReplacement, lossOf } from "../../components/stateful";
import { pulumiLine } from "../command-line";
import { type Change, markOf, nameOf, shortType } from "../engine/changes";
import type { ResourceState } from "../engine/state/state";

const removing: readonly OpType[] = ["delete", "replace", "delete-replaced"];

/** What an update takes away, also to put another in its place, and what has to happen first. */
export interface Removals {
  /** Changes that lose data, or an identity that others name. */
  readonly losses: readonly Change[];
  /** What the state knows of those. */
  readonly lost: readonly ResourceState[];
  /** URNs of those that the state protects, which the engine refuses to delete. */
  readonly protectedUrns: readonly string[];
}

/** Whether a change deletes a resource, or replaces it. */
export function removes({ operation }: Change): boolean {
  return removing.includes(operation);
}

/** What `changes` take away of the resources of a state. */
export function removalsOf(changes: readonly Change[], resources: readonly ResourceState[]): Removals {
  // A replacement has several steps, in an order that depends on which of the two resources comes first.
  const removed = new Map<string, Change>();
  for (const change of changes.filter(removes)) {
    if (!removed.has(change.urn) || change.operation === "replace") removed.set(change.urn, change);
  }
  const gone = new Set([...removed.keys(), ...emptied(resources, removed)]);
  const losses = [...removed.values()].filter((change) => lossBy(change) !== undefined);
  return {
    losses,
    lost: resources.filter(({ urn }) => losses.some((loss) => loss.urn === urn)),
    protectedUrns: resources.filter(({ urn, protect }) => protect && gone.has(urn)).map(({ urn }) => urn),
  };
}

function lossBy({ operation, urn }: Pick<Change, "operation" | "urn">): string | undefined {
  return operation === "delete" ? lossOf(urn) : lossByReplacement(urn);
}

/** URNs of components all of whose resources are deleted: they go too, and the changes of a preview do not name them. */
function emptied(resources: readonly ResourceState[], removed: ReadonlyMap<string, Change>): string[] {
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const above = (urn: string): string[] => {
    const parent = parents.get(urn);
    return parent === undefined ? [] : [parent, ...above(parent)];
  };
  const isDeleted = (urn: string) => removed.get(urn)?.operation === "delete";
  const custom = resources.filter(({ id }) => id !== undefined).map(({ urn }) => urn);
  const kept = new Set(custom.filter((urn) => !isDeleted(urn)).flatMap(above));
  return custom
    .filter(isDeleted)
    .flatMap(above)
    .filter((urn) => !kept.has(urn));
}

/** What an update would lose, and how to allow that; `undefined` where it loses nothing. */
export function lossReport(stack: string, { losses, protectedUrns }: Removals): string | undefined {
  if (losses.length === 0) return undefined;
  const lines = losses.map(
    ({ operation, type, name, urn }) =>
      `  ${markOf(operation)} ${operation} ${shortType(type)} ${name}: loses ${lossBy({ operation, urn })}`,
  );
  return [
    "this update would delete or replace stateful resources:",
    ...lines,
    "Copy what is still needed, then pass --allow-loss.",
    ...(protectedUrns.length === 0 ? [] : [`With pulumi itself: ${unprotectCommand(stack, protectedUrns)}`]),
  ].join("\n");
}

/** Says that the state of an earlier version protects what an update deletes; `undefined` where it does not. */
export function protectionNote(stack: string, { losses, protectedUrns }: Removals): string | undefined {
  const lost = new Set(losses.map(({ urn }) => urn));
  const others = protectedUrns.filter((urn) => !lost.has(urn));
  if (others.length === 0) return undefined;
  return (
    `${others.map(nameOf).join(", ")}: still protected by an earlier version of this program; ` +
    `\`up\` unprotects first what it deletes. With pulumi itself: ${unprotectCommand(stack, others)}`
  );
}

/** In single quotes, which keep `$` as it is in every shell. */
function unprotectCommand(stack: string, urns: readonly string[]): string {
  const quoted = urns.map((urn) => `'${urn}'`).join(" ");
  return `\`${pulumiLine(`state unprotect ${quoted}`, stack, " --yes")}\`, then \`${pulumiLine("up", stack)}\``;
}
