import { PipelineError, UsageError } from "../../errors";

/** A finding of the pre-flight checks. */
export interface PreflightFinding {
  /** `refusal`: the update does not begin. `note`: something to know, or that could not be looked at. */
  readonly severity: "refusal" | "note";
  /** Of a refusal: `settings` are the caller's to fix (exit code 2), `surroundings` are not (exit code 1). */
  readonly cause: "settings" | "surroundings";
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A refusal because of the stack's settings or the caller's options. */
export function misuse(message: string, fix: string): PreflightFinding {
  return { severity: "refusal", cause: "settings", message, fix };
}

/** A refusal because of credentials, AWS or the backend. */
export function obstacle(message: string, fix: string): PreflightFinding {
  return { severity: "refusal", cause: "surroundings", message, fix };
}

/** Something to know that stops nothing. */
export function remark(message: string, fix: string): PreflightFinding {
  return { severity: "note", cause: "surroundings", message, fix };
}

/** A finding in a line. */
export function renderFinding({ message, fix }: PreflightFinding): string {
  return `${message}; ${fix}`;
}

/** The same, with how serious it is. */
export function renderNote(finding: PreflightFinding): string {
  return `${finding.severity === "note" ? "note" : "warning"}: ${renderFinding(finding)}`;
}

/** The error that says every refusal, or `undefined` where there is none. */
export function refusalOf(
  stack: string,
  findings: readonly PreflightFinding[],
): UsageError | PipelineError | undefined {
  const refusals = findings.filter(({ severity }) => severity === "refusal");
  if (refusals.length === 0) return undefined;
  const lines = refusals.map((finding) => `\n  ${renderFinding(finding)}`).join("");
  const message = `nothing was changed: stack "${stack}" cannot be updated like this:${lines}`;
  return refusals.every(({ cause }) => cause === "settings")
    ? new UsageError(message)
    : new PipelineError(message);
}
