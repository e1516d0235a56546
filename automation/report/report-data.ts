import type { Settings } from "../../components/settings/settings";
import type { AccountBlock, Judged } from "../controls/evidence";
import { type CostEstimate, estimateCost } from "../cost/estimate";
import { type UsageOptions, usageOf } from "../cost/usage";
import { type PipelineOutputs, plannedOutputs } from "../outputs";
import { type Plan, planStack } from "../plan/plan";
import { readStackFile, settingsOf } from "../project/stack-file";
import type { Live } from "./live/live-data";

/** What a report is about, and for what traffic its costs are estimated. */
export interface ReportOptions extends UsageOptions {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
  /** Of the deployed stack. @default what the settings say, or an example */
  readonly accountId?: string | undefined;
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
export async function gatherReport({
  stack,
  workDir,
  accountId,
  ...usage
}: ReportOptions): Promise<ReportData> {
  const settings = settingsOf(await readStackFile(stack, workDir));
  const estimated = usageOf(usage, settings);
  const plan = await planStack(stack, workDir, accountId);
  return {
    settings,
    plan,
    outputs: plannedOutputs(plan.outputs),
    cost: estimateCost({ settings, resources: plan.resources }, estimated),
    written: new Date(),
  };
}

/** The stack as public controls judge it. */
export function judgedOf(data: ReportData): Judged {
  const { settings, plan, outputs } = data;
  return {
    accountBlock: accountBlockOf(data),
    programs: [plan.resources],
    exportBucket: outputs.bucketName,
    region: settings.region,
    tags: settings.defaultTags,
    existingTrail: settings.auditTrail.existing,
  };
}

/** The account's public access block, where the settings leave public access to it: offline nobody knows it. */
export function accountBlockOf({ settings, live }: ReportData): AccountBlock | undefined {
  if (settings.publicAccessBlock !== "account") return undefined;
  if (live === undefined)
    return { state: "unknown", evidence: "`verify` and `report --live` check it there" };
  if ("problem" in live.verification) return { state: "unknown", evidence: live.verification.problem };
  const check = live.verification.found.checks.find(({ id }) => id === "bucket/public-access");
  const states = { pass: "on", fail: "off", skip: "unknown" } as const;
  return check === undefined
    ? { state: "unknown", evidence: "`verify` did not check it" }
    : { state: states[check.verdict], evidence: `there ${check.evidence}` };
}
