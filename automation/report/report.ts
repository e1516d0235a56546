import { accountOfArn } from "../plan/arn-names";
import type { LiveOptions } from "./live/ask";
import { reportPage } from "./page/page";
import { gatherReport, type ReportOptions } from "./report-data";

/** Which page is written. */
export interface ReportPageOptions extends ReportOptions {
  /** Asks the deployed stack. @default the page is made offline */
  readonly live?: Omit<LiveOptions, "stack" | "workDir"> | undefined;
}

/**
 * The page for reviewers, as HTML that needs nothing else.
 *
 * @throws UsageError where the stack has no file or its settings cannot be used; PipelineError where a stack that is to be asked cannot
 * be opened.
 */
export async function report({ live, ...options }: ReportPageOptions): Promise<string> {
  if (live === undefined) return reportPage(await gatherReport(options));
  // The engine and the SDK's clients, which an offline page does without.
  const { askLive, deployedOutputs } = await import("./live/ask");
  const { stack, workDir } = options;
  const target = { ...live, stack, workDir };
  const outputs = await deployedOutputs(target);
  const accountId = "found" in outputs ? accountOfArn(outputs.found.braintrustRoleArn) : undefined;
  const data = await gatherReport({ ...options, accountId });
  return reportPage({ ...data, live: { outputs, ...(await askLive(target)) } });
}
