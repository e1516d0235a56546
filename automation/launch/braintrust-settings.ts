import { formatProblem, showValue } from "../../components/settings/problems";
import { accountIdRule } from "../../components/settings/rules/text-rules";
import type { Settings } from "../../components/settings/settings";
import { PROJECT } from "../../components/settings/settings";
import type { Project } from "../braintrust/api";
import { PipelineError, UsageError } from "../errors";
import type { StackFile } from "../project/stack-file";

/** A setting of Braintrust's that is to be written. */
export interface BraintrustChange {
  readonly path: readonly ["braintrust", "accountId" | "orgId" | "projectIds"];
  readonly to: string | readonly string[];
}

/** What is known of Braintrust that the settings do not say. */
export interface BraintrustFacts {
  /** As its API tells; `undefined` without a key. */
  readonly project: Project | undefined;
  /** As its dialog shows; the API does not tell it. */
  readonly accountId: string | undefined;
}

/**
 * Settings that are to be written, so that Braintrust's role trusts the organization and the project of these exports.
 *
 * @throws UsageError where the settings are of another organization or account, or cannot be written in plain text.
 */
export function braintrustChanges(
  { braintrust }: Settings,
  file: Pick<StackFile, "stack" | "encrypted">,
  { project, accountId }: BraintrustFacts,
): BraintrustChange[] {
  const changes: BraintrustChange[] = [];
  if (accountId !== undefined && accountId !== braintrust.accountId) {
    const { holds, rule, fix } = accountIdRule;
    const wrong = { key: "--account-id", value: showValue(accountId) };
    if (!holds(accountId)) throw new UsageError(formatProblem({ ...wrong, rule, fix }));
    if (braintrust.accountId !== undefined) {
      const other = `must be braintrust.accountId of Pulumi.${file.stack}.yaml, ${braintrust.accountId}`;
      throw new UsageError(formatProblem({ ...wrong, rule: other, fix: "correct one of them" }));
    }
    changes.push({ path: ["braintrust", "accountId"], to: accountId });
  }
  if (project !== undefined) changes.push(...projectChanges(braintrust, project));
  const encrypted = file.encrypted.find((key) => key === `${PROJECT}:braintrust`);
  if (changes.length > 0 && encrypted !== undefined) {
    throw new UsageError(
      `${encrypted} is encrypted; set ${changes.map(({ path }) => path.join(".")).join(", ")} yourself`,
    );
  }
  return changes;
}

function projectChanges({ orgId, projectIds }: Settings["braintrust"], project: Project): BraintrustChange[] {
  if (orgId !== undefined && orgId !== project.org_id) {
    throw new UsageError(
      `project ${JSON.stringify(project.name)} is of organization ${project.org_id}, and braintrust.orgId is ${orgId}; ` +
        "correct braintrust.orgId, or use a key and a project of that organization",
    );
  }
  const organization: BraintrustChange[] =
    orgId === undefined ? [{ path: ["braintrust", "orgId"], to: project.org_id }] : [];
  // A role that trusts every project of the organization stays as it is.
  const isTrusted = projectIds === undefined ? orgId !== undefined : projectIds.includes(project.id);
  if (isTrusted) return organization;
  return [...organization, { path: ["braintrust", "projectIds"], to: [...(projectIds ?? []), project.id] }];
}

/** @throws PipelineError with what a person is to do, where the role could not be assumed. */
export function refuseIncomplete({ braintrust }: Settings, changes: readonly BraintrustChange[]): void {
  const known = (key: BraintrustChange["path"][1]) =>
    braintrust[key] !== undefined || changes.some(({ path }) => path[1] === key);
  const steps: string[] = [];
  if (!known("orgId")) {
    steps.push("export BRAINTRUST_API_KEY and pass --project, or set braintrust.orgId");
  }
  if (!known("accountId") && braintrust.principalArns === undefined) {
    steps.push(
      "pass Braintrust's AWS account id by --account-id: open Braintrust's project settings, Data management, Create automation, " +
        'type S3 export; "Role creation instructions" shows it, and the API does not',
    );
  }
  if (steps.length === 0) return;
  throw new PipelineError(
    `Braintrust's role could not be assumed:${steps.map((step) => `\n  ${step}`).join("")}`,
  );
}
