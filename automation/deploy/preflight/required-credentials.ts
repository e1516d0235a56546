import { formatProblem } from "../../../components/settings/problems";
import { missingCredentials } from "../../aws/missing-credentials";
import { UsageError } from "../../errors";
import type { StackFile } from "../../project/stack-file";
import { skipsValidation, unknowableCaller } from "./credentials";
import { within } from "./deadline";

/** Milliseconds for what is asked on the way to credentials, such as SSO or this machine's metadata. */
const DEADLINE_MS = 10_000;

/**
 * Refuses to begin without credentials, which an engine's provider would look for long, and only once the stack is created.
 *
 * @param environment what the engine sees in addition to this process's own.
 * @throws UsageError where there are none.
 */
export async function requireCredentials(
  file: StackFile,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const isEncrypted = file.encrypted.some((key) => key.startsWith("aws:"));
  if (isEncrypted || skipsValidation(file) || unknowableCaller(file, environment) !== undefined) return;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const problem = await within(deadline, missingCredentials(file)).catch((error: unknown) => {
    // Who asks AWS next reports what does not answer.
    if (!deadline.aborted) throw error;
  });
  if (problem === undefined) return;
  throw new UsageError(`No AWS credentials for stack "${file.stack}":\n  ${formatProblem(problem)}`);
}
