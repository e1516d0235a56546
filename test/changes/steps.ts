import type { Change } from "../../automation";
import type { Difference } from "./difference";

/**
 * What an update has done, a line for each resource, without what no offline plan has: what awsx makes of its component, and the
 * version of the secret that a replaced access key brings, since a planned key has no secret.
 */
export function stepsDone(changes: readonly Change[]): string[] {
  const verbs: Readonly<Record<string, string>> = { create: "create", update: "update", delete: "delete" };
  // What is replaced may have had another URN, that of its alias; its replacement is a step of its own.
  const said = changes.filter(({ operation }) => operation !== "delete-replaced");
  const steps = said.map(({ operation, urn }) => `${verbs[operation] ?? "replace"} ${urn}`);
  const hasNewKey = steps.some((step) => /^replace .*aws:iam\/accessKey:/.test(step));
  const isItsVersion = (step: string) => /^replace .*aws:secretsmanager\/secretVersion:/.test(step);
  return sorted([...new Set(steps)].filter((step) => !(hasNewKey && isItsVersion(step))));
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

/** Without the inline policies of roles that are replaced: a plan has the role's name alone, which may stay as it was. */
function sorted(steps: readonly string[]): string[] {
  const hasNewRole = steps.some((step) => /^replace .*aws:iam\/role:/.test(step));
  const isItsPolicy = (step: string) => /^replace .*aws:iam\/rolePolicy:/.test(step);
  return steps.filter((step) => !step.includes("awsx:") && !(hasNewRole && isItsPolicy(step))).sort();
}
