import type { Change } from "../../automation";
import type { Difference } from "./difference";

/** What an update has done, a line for each resource, without what awsx makes of its component: that is in no offline plan. */
export function stepsDone(changes: readonly Change[]): string[] {
  const verbs: Readonly<Record<string, string>> = { create: "create", update: "update", delete: "delete" };
  const steps = changes.map(({ operation, urn }) => `${verbs[operation] ?? "replace"} ${urn}`);
  return sorted([...new Set(steps)]);
}

/** What an update should do by the two plans, in the same words. */
export function stepsPlanned({ created, updated, replaced, deleted }: Difference): string[] {
  return sorted([
    ...created.map(({ urn }) => `create ${urn}`),
    ...updated.map(({ after }) => `update ${after.urn}`),
    ...replaced.map(({ after }) => `replace ${after.urn}`),
    ...deleted.map(({ urn }) => `delete ${urn}`),
  ]);
}

/** Names of the resources whose loss a refusal names. */
export function lossesNamed({ message }: Error): string[] {
  return [...message.matchAll(/^ {2}\S (?:delete|replace) \S+ (\S+): loses /gm)]
    .map(([, name = ""]) => name)
    .sort();
}

function sorted(steps: readonly string[]): string[] {
  return steps.filter((step) => !step.includes("awsx:")).sort();
}
