import { messageOf, throwMistake, UsageError } from "../errors";

/** What was found of one thing that the pipeline needs. */
export interface DoctorFinding {
  /** Stable, for programs: `node`, `pulumi`, `plugins`, ... */
  readonly id: string;
  readonly name: string;
  /** `warn`: works, or can be done by hand; `fail`: stops the first deployment; `skipped`: could not be looked at. */
  readonly verdict: "ok" | "warn" | "fail" | "skipped";
  readonly evidence: string;
  /** What to do about it; whatever is not ok has one. */
  readonly fix?: string;
}

/** What a check finds; its id and name are its own. */
export type Result = Omit<DoctorFinding, "id" | "name">;

/** One thing to look at. */
export interface DoctorCheck {
  readonly id: string;
  readonly name: string;
  /** What to do about an error that does not say so itself. */
  readonly fix: string;
  readonly run: () => Promise<Result>;
}

/** Looks at one thing: what goes wrong is a finding too. */
export async function examine({ id, name, fix, run }: DoctorCheck): Promise<DoctorFinding> {
  try {
    return { id, name, ...(await run()) };
  } catch (error) {
    throwMistake(error);
    const message = messageOf(error);
    // Those end with their own fix, after a semicolon.
    const [evidence = "", ...own] = error instanceof UsageError ? message.split("; ") : [message];
    return { id, name, verdict: "fail", evidence, fix: own.join("; ") || fix };
  }
}
