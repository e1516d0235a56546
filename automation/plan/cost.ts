import { type CostEstimate, estimateCost } from "../cost/estimate";
import { type UsageOptions, usageOf } from "../cost/usage";
import { readStackFile, settingsOf } from "../project/stack-file";
import { planStack } from "./plan";

/** Which stack's cost, and for what traffic. */
export interface CostOptions extends UsageOptions {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
}

/**
 * What a stack will cost a month, from its settings and its offline plan. Reads no AWS and needs no engine.
 *
 * @throws UsageError where the stack has no file, its settings cannot be used, or a number is out of bounds.
 */
export async function estimate({ stack, workDir, ...options }: CostOptions): Promise<CostEstimate> {
  const settings = settingsOf(await readStackFile(stack, workDir));
  const usage = usageOf(options, settings);
  const { resources } = await planStack(stack, workDir);
  return estimateCost({ settings, resources }, usage);
}
