import { PipelineError } from "../../errors";
import type { Change, Step } from "../changes";
import type { Failure } from "./failure-causes";

/** A run of the engine that failed, with what AWS refused and what was done before. */
export class FailedRunError extends PipelineError {
  public override readonly name = "FailedRunError";

  public constructor(
    message: string,
    public readonly failures: readonly Failure[],
    /** What it changed before. */
    public readonly changes: readonly Change[],
    /** What AWS may have carried out without an answer. */
    public readonly lost: readonly Step[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
