import { UsageError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { braintrustClient, type ExportType, isUuid } from "./api";
import { type AppliedAutomation, applyAutomations, type PausedAutomation, setPaused } from "./apply";
import { type AutomationPlan, desiredAutomations, planAutomations } from "./automations";
import type { RequestOptions } from "./request";

/** The project whose exports a stack takes in, and how Braintrust is reached. */
export interface ExportTarget extends RequestOptions {
  /** The project's name or its id, a UUID. */
  readonly project: string;
  /** @default "log_spans" */
  readonly exportType?: ExportType;
  /** Start to start, whole seconds from 1 to 2592000 (30 days). @default 3600 */
  readonly intervalSeconds?: number;
}

/** The exports as Braintrust should have them, and the calls that create them. */
export interface PlannedExports {
  readonly plan: AutomationPlan;
  /** Carries the plan out, see {@link applyAutomations}. */
  readonly apply: () => Promise<AppliedAutomation[]>;
  /** Pauses or resumes what the plan found, see {@link setPaused}. */
  readonly setPaused: (paused: boolean) => Promise<PausedAutomation[]>;
}

/**
 * Compares the stack's streams with the project's automations. Only `apply` changes anything.
 *
 * @throws UsageError for an unknown project, an interval out of range, or a key or URL that cannot be used.
 * @throws PipelineError where Braintrust refuses or cannot be reached.
 */
export async function planExports(
  outputs: PipelineOutputs,
  { project, exportType = "log_spans", intervalSeconds = 3600, ...request }: ExportTarget,
): Promise<PlannedExports> {
  const client = braintrustClient(request);
  const projectId = isUuid(project) ? project : (await client.project(project)).id;
  const desired = desiredAutomations(outputs, { projectId, exportType, intervalSeconds });
  const plan = planAutomations(desired, await client.automations(projectId));
  return {
    plan,
    apply: () => applyAutomations(client, plan),
    setPaused: (paused) => setPaused(client, plan, paused),
  };
}

const exportTypes = new Map<string, ExportType>([
  ["spans", "log_spans"],
  ["traces", "log_traces"],
]);

/** @throws UsageError for another word than the option's. */
export function exportTypeOf(text = "spans"): ExportType {
  const type = exportTypes.get(text);
  if (type !== undefined) return type;
  throw new UsageError(
    `--export-type ${text}: must be ${[...exportTypes.keys()].join(" or ")}; spans has a row for each span, traces one for each trace`,
  );
}
