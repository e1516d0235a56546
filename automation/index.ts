/** The command line's work as typed functions, for deployment scripts: they return values and throw typed errors. */

import { Deployment } from "./deploy/deployment";
import type { DeploymentOptions, UpOptions, UpResult } from "./deploy/deployment-options";
import type { Change } from "./engine/changes";
import type { PipelineOutputs } from "./outputs";

export type { CostEstimate } from "./cost/estimate";
export { Deployment } from "./deploy/deployment";
export type { DeploymentOptions, UpOptions, UpResult } from "./deploy/deployment-options";
export { forStacks, type StackOutcome, type StacksOptions } from "./deploy/stacks";
export { type DoctorOptions, type DoctorReport, doctor } from "./doctor/doctor";
export type { Change } from "./engine/changes";
export { PipelineError, StackBusyError, UnreadableStateError, UsageError } from "./errors";
export {
  type ImportOptions,
  type ImportPlan,
  type ImportResult,
  importExisting,
} from "./import/import-run";
export { type RotateKeysOptions, rotateKeys } from "./keys/rotate-keys";
export type { RotationResult } from "./keys/rotation-steps";
export { type LaunchResult, type LaunchStep, launch } from "./launch/launch";
export { type LaunchOptions, launchWork } from "./launch/launch-work";
export type { PipelineOutputs, StreamOutput } from "./outputs";
export {
  type Permissions,
  type PermissionsOptions,
  type Purpose,
  permissions,
} from "./permissions/permissions";
export { type CostOptions, estimate as cost } from "./plan/cost";
export { type Plan, planStack as plan } from "./plan/plan";
export { type ReportPageOptions, report } from "./report/report";
export { type ConnectOptions, type ConnectResult, connect } from "./snowflake/handshake/connect";
export { type ConnectRunOptions, connectBySnow } from "./snowflake/handshake/connect-run";
export {
  type SqlFile,
  type SqlOptions,
  type SqlPart,
  snowflakeSql,
  snowflakeSqlFiles,
} from "./snowflake/sql/sql";
export { type StatusOptions, status } from "./status/status";
export type { StatusReport } from "./status/status-report";
export type { ProgressEvent, ProgressListener } from "./terminal/progress";
export { reportOn as verify, type VerifyTarget } from "./verify/verify";

/** What `up` would change; none where the stack is as its settings say. */
export async function preview(options: DeploymentOptions & UpOptions): Promise<Change[]> {
  const deployment = await Deployment.open({ ...options, assumeExists: true, callsAws: true });
  await deployment.preflightWarnings();
  return deployment.preview(options);
}

/**
 * Deploys the stack and returns its outputs. A stack without an external id is given one, in its file, once nothing stands in the
 * update's way.
 *
 * @throws UsageError, PipelineError or StackBusyError, see {@link Deployment.up}.
 */
export async function up(options: DeploymentOptions & UpOptions): Promise<UpResult> {
  return (await Deployment.open({ ...options, chooseExternalId: true, callsAws: true })).up(options);
}

/** Reads the live resources into the state and returns what differed. */
export async function refresh(options: DeploymentOptions): Promise<Change[]> {
  return (await Deployment.open(options)).refresh();
}

/**
 * Deletes what the stack made.
 *
 * @throws PipelineError before anything is deleted where the stack is protected, or a bucket that may not be emptied
 * holds objects.
 */
export async function destroy(options: DeploymentOptions & { readonly remove?: boolean }): Promise<Change[]> {
  const deployment = await Deployment.open(options);
  const changes = await deployment.destroy();
  if (options.remove) await deployment.remove();
  return changes;
}

/** The outputs of the last update. */
export async function outputs(options: DeploymentOptions): Promise<PipelineOutputs> {
  return (await Deployment.open(options)).outputs();
}
