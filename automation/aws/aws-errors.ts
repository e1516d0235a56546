const denials =
  /^(AccessDenied(Exception)?|AuthorizationError(Exception)?|UnauthorizedOperation|Forbidden|KMS\.AccessDeniedException)$/;

/** Whether AWS refused the call for want of a right; expired or false credentials are another matter. */
export function isDenied(error: unknown): error is Error {
  return error instanceof Error && denials.test(error.name);
}

/** The action that a refusal names, as in "is not authorized to perform: s3:GetBucketPolicy on resource". */
export function deniedAction(error: Error): string | undefined {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)/.exec(error.message)?.[1];
}

/** Undefined where AWS says by one of these error names that there is nothing. */
export async function orAbsent<Answer>(
  answer: Promise<Answer>,
  ...absences: readonly string[]
): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && absences.includes(error.name)) return undefined;
    throw error;
  }
}

/** An error in one line, without its stack. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/\s+/g, " ").trim();
  return text === "" || text === error.name ? error.name : `${error.name}: ${text}`;
}
