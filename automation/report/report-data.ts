import type { Settings } from "../../components/settings/settings";
import type { Judged } from "../controls/evidence";
import { type CostEstimate, estimateCost } from "../cost/estimate";
import { type UsageOptions, usageOf } from "../cost/usage";
import { type PipelineOutputs, parseOutputs } from "../outputs";
import { type Plan, planStack } from "../plan/plan";
import { readStackFile, settingsOf } from "../project/stack-file";
import type { Live } from "./live/live-data";

/** What a report is about, and for what traffic its costs are estimated. */
export interface ReportOptions extends UsageOptions {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
}

/** Everything that the page shows. */
export interface ReportData {
  readonly settings: Settings;
  readonly plan: Plan;
  readonly outputs: PipelineOutputs;
  readonly cost: CostEstimate;
  /** Who wrote it when: the page says so. */
  readonly written: Date;
  /** What the deployed stack answered. @default the page is made offline */
  readonly live?: Live | undefined;
}

/**
 * Gathers what a stack's settings say, offline.
 *
 * @throws UsageError where the stack has no file, its settings cannot be used, or a number is out of bounds.
 */
export async function gatherReport({ stack, workDir, ...usage }: ReportOptions): Promise<ReportData> {
  const settings = settingsOf(await readStackFile(stack, workDir));
  const estimated = usageOf(usage, settings);
  const plan = await planStack(stack, workDir);
  const values = Object.entries(plan.outputs).map(
    ([name, value]) => [name, { value, secret: false }] as const,
  );
  return {
    settings,
    plan,
    outputs: parseOutputs(Object.fromEntries(values)),
    cost: estimateCost({ settings, resources: plan.resources }, estimated),
    written: new Date(),
  };
}

/** The stack as public controls judge it. */
export function judgedOf({ settings, plan, outputs }: ReportData): Judged {
  return {
    programs: [plan.resources],
    exportBucket: outputs.bucketName,
    tags: settings.defaultTags,
    existingTrail: settings.auditTrail.existing,
  };
}
