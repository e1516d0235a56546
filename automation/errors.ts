/** A mistake of the caller's: bad usage or settings. The command line prints the message alone and exits with 2. */
export class UsageError extends Error {
  public override readonly name = "UsageError";
}

/** The backend has no stack of that name. */
export class UnknownStackError extends UsageError {
  public constructor(
    message: string,
    /** Of the backend, where something names it. */
    public readonly backendUrl: string | undefined,
  ) {
    super(message);
  }
}

/** Work that was tried and failed. The command line prints the message alone and exits with 1. */
export class PipelineError extends Error {
  public override readonly name: string = "PipelineError";
}

/** Another update has the stack lock. The command line exits with 75, `EX_TEMPFAIL`: trying again later may succeed. */
export class StackBusyError extends PipelineError {
  public override readonly name = "StackBusyError";
}

/** The stack's state is there and cannot be made out, as after a power cut. The message has a recovery hint. */
export class UnreadableStateError extends PipelineError {
  public override readonly name = "UnreadableStateError";

  public constructor(
    message: string,
    /** What is wrong with it. */
    public readonly reason: string,
  ) {
    super(message);
  }
}

/** A mistake in this program. The command line prints its stack trace, asks for a report and exits with 1. */
export class InternalError extends Error {
  public override readonly name = "InternalError";
}

/** What was thrown, in words; anything may be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * Throws a mistake in this program on: for code that makes a finding of everything else that can fail, since a finding has no
 * stack trace. JavaScript's own errors are mistakes, unless a system call, a request or AWS's answer is behind them.
 */
export function throwMistake(thrown: unknown): void {
  if (isMistake(thrown)) throw thrown;
}

/** Whether something thrown is a mistake in this program, see {@link throwMistake}. */
export function isMistake(thrown: unknown): boolean {
  if (thrown instanceof InternalError) return true;
  const isJavaScripts =
    thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError;
  return isJavaScripts && !["code", "cause", "$metadata", "$response"].some((key) => key in thrown);
}
