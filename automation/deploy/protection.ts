import type { Stack } from "@pulumi/pulumi/automation";
import { commandLine } from "../command-line";
import { nameOf } from "../engine/changes";
import type { ResourceState } from "../engine/state/state";
import { PipelineError } from "../errors";

/** @throws PipelineError naming the protected resources and the way to unprotect them. */
export function refuseProtected(stack: string, resources: readonly ResourceState[]): void {
  const names = resources.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn));
  if (names.length === 0) return;
  throw new PipelineError(
    `stack "${stack}" is protected: ${names.length} resources, ${names.slice(0, 3).join(", ")} among them; ` +
      `to destroy it, set protect to false in Pulumi.${stack}.yaml, run \`${commandLine("up", stack)}\`, then \`${commandLine("destroy", stack)}\``,
  );
}

/**
 * What an earlier version has on an existing bucket is the whole of its policy and its notification to the AWS provider, which
 * would delete what others have there with it: the first `up` migrates it.
 *
 * @param kept bucket whose policy and notification stay, and are migrated.
 * @throws PipelineError naming another such bucket.
 */
export function refuseUnmigrated(stack: string, resources: readonly ResourceState[], kept?: string): void {
  const created = resources.filter(({ type }) => type === "aws:s3/bucket:Bucket").map(({ id }) => id);
  const whole = resources.find(
    ({ type, inputs }) =>
      /^aws:s3\/bucket(Policy|Notification):/.test(type) &&
      typeof inputs?.bucket === "string" &&
      inputs.bucket !== kept &&
      !created.includes(inputs.bucket),
  );
  if (whole === undefined) return;
  throw new PipelineError(
    `stack "${stack}" still has the whole policy and notification of ${whole.inputs?.bucket}, those of others included, which would be deleted: ` +
      `run \`${commandLine("up", stack)}\` without another change first, which leaves the others' to them`,
  );
}

/**
 * Previews with `--ignore-protect`, so that the deletion of a protected resource is shown and does not fail the preview. The
 * Automation API has no such option; the CLI takes each of its flags from the environment too (`PULUMI_OPTION_<FLAG>`).
 */
export async function ignoringProtection<Result>(
  { workspace }: Stack,
  preview: () => Promise<Result>,
): Promise<Result> {
  workspace.envVars.PULUMI_OPTION_IGNORE_PROTECT = "true";
  try {
    return await preview();
  } finally {
    delete workspace.envVars.PULUMI_OPTION_IGNORE_PROTECT;
  }
}
