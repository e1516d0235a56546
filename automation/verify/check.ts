/** How one check came out, and what shows it. */
export interface Verdict {
  readonly verdict: "pass" | "fail" | "skip";
  /** What was seen, in one sentence without a full stop. */
  readonly evidence: string;
  /** What to do about it; a failure always has one. */
  readonly fix?: string;
  /** Whether it was skipped because AWS did not answer: nothing is known, where other skips have a reason in the stack. */
  readonly unanswered?: true;
}

/** What a check receives while it runs. */
export interface CheckContext {
  /** Aborted at the check's time-out and at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One question to the live account. */
export interface Check {
  /** `<subject>/<name>`, stable: programs select by it. */
  readonly id: string;
  /** What is proven, as a sentence. */
  readonly title: string;
  /** IAM actions that the caller needs for it. */
  readonly needs: readonly string[];
  /** Milliseconds until it counts as unanswered. @default the runner's */
  readonly timeoutMs?: number;
  /** Errors are turned into verdicts by the runner. */
  run(context: CheckContext): Promise<Verdict>;
}

/** A check and its verdict, as the report has it. */
export interface CheckResult extends Verdict, Pick<Check, "id" | "title" | "needs"> {}

/** Thrown where a check cannot be made here; the runner reports it as skipped. */
export class Skipped extends Error {
  public override readonly name = "Skipped";

  public constructor(
    message: string,
    public readonly fix?: string,
  ) {
    super(message);
  }
}

/** The check holds, by this evidence. */
export function pass(evidence: string): Verdict {
  return { verdict: "pass", evidence };
}

/** The check does not hold, and what to do about it. */
export function fail(evidence: string, fix: string): Verdict {
  return { verdict: "fail", evidence, fix };
}

/** The check says nothing, and why. */
export function skip(evidence: string, fix?: string): Verdict {
  return { verdict: "skip", evidence, fix };
}

/** Skips what AWS did not answer. */
export function unanswered(evidence: string, fix?: string): Verdict {
  return { ...skip(evidence, fix), unanswered: true };
}

/** Fails with all problems joined, or passes with `evidence`. */
export function judge(problems: readonly string[], evidence: string, fix: string): Verdict {
  return problems.length === 0 ? pass(evidence) : fail(problems.join("; "), fix);
}
