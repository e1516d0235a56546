import { PipelineError } from "../errors";
import { isDenied } from "./aws-errors";

/** A call that AWS refused or did not answer. */
export class AwsCallError extends PipelineError {
  public override readonly name = "AwsCallError";

  public constructor(
    /** The action as IAM policies name it, such as `iam:ListAccessKeys`. */
    public readonly action: string,
    /** Whether the caller lacks the right to it. */
    public readonly refused: boolean,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(
      refused ? `AWS refused ${action}: ${reason}; grant it to the caller` : `${action} failed: ${reason}`,
      options,
    );
  }
}

/**
 * Calls AWS and says which action it was, should it fail.
 *
 * @throws AwsCallError for whatever the call throws.
 */
export async function awsCall<Result>(action: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new AwsCallError(action, isDenied(error), reason, { cause: error });
  }
}
