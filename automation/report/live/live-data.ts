import type { PipelineOutputs } from "../../outputs";
import type { Findings } from "../../reconcile/run";
import type { StatusReport } from "../../status/status-report";
import type { Report as Verification } from "../../verify/report";

/** What was found, or why nothing was. */
export type Answer<Value> = { readonly found: Value } | { readonly problem: string };

/** What the deployed stack answered. */
export interface Live {
  /** Of the last update. */
  readonly outputs: Answer<PipelineOutputs>;
  readonly verification: Answer<Verification>;
  /** With the drift. */
  readonly status: Answer<StatusReport>;
  /** What became of each file in Snowflake. */
  readonly files: Answer<Pick<Findings, "streams" | "worst">>;
}
