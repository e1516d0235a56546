import type { Readable } from "node:stream";
import { Deployment } from "../../deploy/deployment";
import { messageOf, throwMistake, UsageError } from "../../errors";
import { filesSql } from "../../reconcile/files-sql";
import { answersBySnow, answersIn, findingsOf, openForReconcile } from "../../reconcile/run";
import { status } from "../../status/status";
import type { ProgressListener } from "../../terminal/progress";
import { redact } from "../../terminal/redact";
import { reportOn } from "../../verify/verify";
import type { Answer, Live } from "./live-data";

/** Which deployed stack is asked, and how. */
export interface LiveOptions {
  readonly stack: string;
  readonly workDir?: string | undefined;
  /** File with the answer of `reconcile`'s query, `-` for standard input. @default the Snowflake CLI asks */
  readonly file?: string | undefined;
  /** Connection of the Snowflake CLI. @default its own default */
  readonly connection?: string | undefined;
  /** Braintrust's API of another instance. */
  readonly apiUrl?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

const HOUR_MS = 3_600_000;

/**
 * What the last update has left: the page is about that account.
 *
 * @throws UsageError and PipelineError where the stack cannot be opened, which is no finding; or the interruption.
 */
export async function deployedOutputs({
  stack,
  workDir,
  signal,
  onProgress,
}: LiveOptions): Promise<Live["outputs"]> {
  const deployment = await Deployment.open({ stack, workDir, signal, onProgress, callsAws: true });
  return answer(signal, () => deployment.outputs());
}

/**
 * Verifies the deployed stack, reads its status with the drift, and compares its files with Snowflake. What cannot be asked is a problem
 * that the page shows.
 *
 * @throws UsageError and PipelineError where the file cannot be read, or the interruption.
 */
export async function askLive(options: LiveOptions): Promise<Omit<Live, "outputs">> {
  const { stack, workDir, file, connection, apiUrl, signal, onProgress } = options;
  const progress = { stack, workDir, signal, onProgress };
  const given = file === undefined ? undefined : await answersIn(file);
  const statusAnswer = await answer(signal, () => status({ ...progress, apiUrl }));
  const verification = await answer(signal, () => reportOn(progress));
  const compareFiles = async () => {
    const opened = await openForReconcile(stack, workDir, { onProgress, signal });
    const limits = { maxAge: 2 * opened.exportEveryHours * HOUR_MS, signal };
    const compare = async (answers: Readable) => {
      const { streams, worst } = await findingsOf(opened, answers, limits, () => undefined);
      const conceal = (text: string) => redact(text, opened.secrets);
      return {
        streams,
        worst: worst.map(({ message, ...file }) => ({ ...file, message: message && conceal(message) })),
      };
    };
    if (given !== undefined) return compare(given);
    return answersBySnow(filesSql(opened.outputs), opened, { connection, signal }, compare);
  };
  // A file that is not the query's answer is the caller's mistake; what Snowflake itself answers is a finding.
  const files = await answer(signal, compareFiles, given !== undefined);
  return { status: statusAnswer, verification, files };
}

/** What was found; a mistake of the caller's is thrown where `isGiven` says that the caller gave the input. */
async function answer<Value>(
  signal: AbortSignal,
  ask: () => Promise<Value>,
  isGiven = false,
): Promise<Answer<Value>> {
  try {
    return { found: await ask() };
  } catch (error) {
    throwMistake(error);
    signal.throwIfAborted();
    if (isGiven && error instanceof UsageError) throw error;
    return { problem: messageOf(error) };
  }
}
