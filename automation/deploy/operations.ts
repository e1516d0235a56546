import type { Change } from "../engine/changes";
import { type EngineRun, runEngine } from "../engine/run/engine-run";
import { FailedRunError } from "../engine/run/failed-run";
import { exportState } from "../engine/state/exported-state";
import type { OpenStack } from "../engine/workspace";
import type { DeploymentOptions } from "./deployment-options";
import { ownCopiesOf, rememberLost } from "./recovery/recovery";
import { untilFree } from "./retry";

/** An operation of the engine that changes AWS or the state. */
export interface ChangingOperation extends Pick<EngineRun, "kind" | "operation" | "expected" | "before"> {
  /**
   * Before it is tried again, where another update was in progress: that has changed what the preview started from.
   *
   * @param expected what was to be changed, if that was known.
   * @returns what is to be changed now.
   */
  readonly onFree: (expected: readonly Change[] | undefined) => Promise<readonly Change[]>;
}

/** The engine's operations on one stack, with the time to wait and the listener that a deployment's options name. */
export class Operations {
  /** For all the waits of a deployment together. */
  private readonly timeToWait: { leftMs: number };

  /** Reports on the work. */
  public readonly note = (message: string): void => this.options.onProgress?.({ kind: "note", message });

  public constructor(
    private readonly open: OpenStack,
    private readonly options: DeploymentOptions,
  ) {
    this.timeToWait = { leftMs: options.waitMs ?? 0 };
  }

  /** Runs one. */
  public run(operation: Omit<ChangingOperation, "onFree">): Promise<Change[]> {
    const { onProgress, signal, timeoutMs, graceMs } = this.options;
    return runEngine(this.open, { ...operation, onProgress, signal, timeoutMs, graceMs });
  }

  /** Runs one that changes something, and remembers what got no answer. */
  public async change({ onFree, ...operation }: ChangingOperation): Promise<Change[]> {
    let { expected } = operation;
    const run = () => this.run({ ...operation, expected });
    try {
      return await this.whenFree(run, async () => {
        expected = await onFree(expected);
      });
    } catch (error) {
      throw error instanceof FailedRunError ? await rememberLost(this.open, error) : error;
    }
  }

  /** Does it once no other update is in progress, if there is time to wait for that. */
  public whenFree<Result>(run: () => Promise<Result>, onFree = async () => {}): Promise<Result> {
    const { timeToWait } = this;
    const { signal } = this.options;
    return untilFree(run, { timeToWait, signal, onFree, onNote: this.note });
  }

  /** Copies the state before an import replaces it, of which the engine keeps no copy. */
  public async keepState(before: string): Promise<void> {
    await ownCopiesOf(this.open).keep(await exportState(this.open.stack), before);
  }
}
