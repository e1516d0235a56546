import type { Change } from "../engine/changes";
import type { StopRules } from "../engine/run/interrupts";
import type { WorkspaceOptions } from "../engine/workspace";
import type { PipelineOutputs } from "../outputs";
import type { ProgressListener } from "../terminal/progress";

/** Which stack, how to reach it, and who receives progress. */
export interface DeploymentOptions extends Omit<WorkspaceOptions, "onChecked">, StopRules {
  readonly onProgress?: ProgressListener | undefined;
  /** Milliseconds, of all its waits together, for which it waits while another update is in progress. @default it ends at once */
  readonly waitMs?: number | undefined;
  /** Skips the pre-flight checks of credentials, backend and bucket. @default false */
  readonly skipPreflight?: boolean | undefined;
  /** Refuses missing AWS credentials before anything is created. @default whoever asks AWS reports them */
  readonly callsAws?: boolean | undefined;
  /** Milliseconds before an update that failed for a passing reason runs again, twice at most. @default 20 000 */
  readonly retryWaitMs?: number | undefined;
}

/** How an operation continues where another update was in progress meanwhile. */
export interface AfterWaiting {
  /**
   * Receives what is to be changed where that is not what was previewed. What it throws ends the operation before it changes
   * anything. @default the operation continues
   */
  readonly onOtherChanges?: ((changes: readonly Change[]) => Promise<void>) | undefined;
  /**
   * Comes before what an interrupted update has left, which a note has described, is repaired. What it throws ends the operation
   * before it changes anything. @default it is repaired
   */
  readonly onInterruption?: (() => Promise<void>) | undefined;
}

/** How an update may go about its work. */
export interface UpOptions extends AfterWaiting {
  /** Reads the live resources first. */
  readonly refresh?: boolean | undefined;
  /** A policy pack that judges the resources: its folder or its executable, from the project's folder. @default none */
  readonly policyPack?: string | undefined;
  /** Lets the update delete or replace what holds data or an identity that others name. @default it is refused before it starts */
  readonly allowLoss?: boolean | undefined;
}

/** What an update did and what it leaves. */
export interface UpResult {
  readonly changes: readonly Change[];
  readonly outputs: PipelineOutputs;
}

/** What the Automation API takes of an update's options. */
export function engineOptions({ refresh = false, policyPack }: UpOptions) {
  return { refresh, ...(policyPack === undefined ? {} : { policyPacks: [policyPack] }) };
}
