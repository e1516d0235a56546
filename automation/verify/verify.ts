import type { OutputMap } from "@pulumi/pulumi/automation";
import type { AwsCredentialIdentity } from "../aws/credentials";
import { Deployment } from "../deploy/deployment";
import { decryptedSettings } from "../engine/decrypted-settings";
import { PipelineError } from "../errors";
import { parseOutputs } from "../outputs";
import { listed } from "../terminal/counted";
import type { ProgressListener } from "../terminal/progress";
import { connectAws } from "./clients";
import type { Report } from "./report";
import { subjectOf } from "./subject";
import { verifyPipeline } from "./verification";

/** Which stack is verified, and how. */
export interface VerifyTarget {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
  /** Ctrl-C: what was put is removed all the same. */
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Key of Snowflake's own user, where the caller plays Snowflake. @default its role is assumed by the caller */
  readonly snowflake?: AwsCredentialIdentity | undefined;
}

/**
 * Verifies a stack.
 *
 * @throws PipelineError where a check failed, or the run was interrupted.
 */
export async function verifyStack(target: VerifyTarget): Promise<Report> {
  const report = await reportOn(target);
  refuseFailures(report, target.signal);
  return report;
}

/**
 * Opens a stack and asks AWS about it.
 *
 * @throws UsageError and PipelineError where the stack cannot be opened or is not deployed.
 */
export async function reportOn(target: VerifyTarget): Promise<Report> {
  const { stack, workDir, signal, onProgress, snowflake } = target;
  const deployment = await Deployment.open({ stack, workDir, signal, onProgress, callsAws: true });
  const rawOutputs = await deployment.rawOutputs();
  const { settings, decrypted } = await decryptedSettings(deployment.open);
  const subject = subjectOf(stack, settings, parseOutputs(rawOutputs), await logBucket(deployment));
  const title = `asking AWS about stack "${stack}"`;
  onProgress?.({ kind: "note", message: title, run: "started" });
  const end = new AbortController();
  try {
    const aws = await connectAws(deployment.open.file, { signal: end.signal, snowflake });
    return await verifyPipeline(subject, aws, {
      signal,
      onProgress,
      secrets: [
        ...secretOutputs(rawOutputs),
        ...decrypted,
        ...(snowflake === undefined ? [] : [snowflake.secretAccessKey]),
      ],
    });
  } finally {
    onProgress?.({ kind: "note", message: `ended: ${title}`, run: "ended" });
    end.abort();
  }
}

/** Checks without which nothing is proven: a run that could not make one of them has not passed. */
const ESSENTIAL = ["bucket/policy", "trust/braintrust", "trust/snowflake", "events/notification"];

/**
 * @throws PipelineError naming each check that failed, each essential one that could not be made, or that the run was interrupted.
 */
export function refuseFailures({ stack, checks }: Report, signal: AbortSignal): void {
  const failed = checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
  if (failed.length > 0) {
    throw new PipelineError(
      `stack "${stack}": ${failed.length} of ${checks.length} checks failed: ${listed(failed)}`,
    );
  }
  if (signal.aborted) throw new PipelineError(`stack "${stack}": interrupted before everything was verified`);
  const unknown = checks.filter(({ id, unanswered }) => unanswered && ESSENTIAL.includes(id));
  if (unknown.length === 0) return;
  const needs = [...new Set(unknown.flatMap((check) => check.needs))].join(", ");
  throw new PipelineError(
    `stack "${stack}": not verified, since AWS did not answer for ${unknown.map(({ id }) => id).join(", ")}; ` +
      `grant ${needs} to the caller`,
  );
}

function secretOutputs(outputs: OutputMap): string[] {
  return Object.values(outputs).flatMap(({ value, secret }) => (secret ? [String(value)] : []));
}

async function logBucket(deployment: Deployment): Promise<string | undefined> {
  const resources = await deployment.stateResources();
  const logging = resources.find(({ type }) => type === "aws:s3/bucketLogging:BucketLogging");
  const target = logging?.inputs?.targetBucket;
  return typeof target === "string" ? target : undefined;
}
