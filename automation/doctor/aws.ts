import { missingCredentials } from "../aws/missing-credentials";
import { textOf } from "../aws/provider-config";
import { type PreflightAws, preflightAws } from "../deploy/preflight/aws";
import {
  type CallerIdentity,
  credentialSource,
  identify,
  judgeCaller,
  NO_REGION,
  skipsValidation,
  unknowableCaller,
} from "../deploy/preflight/credentials";
import { within } from "../deploy/preflight/deadline";
import { misuse, type PreflightFinding } from "../deploy/preflight/finding";
import type { StackFile } from "../project/stack-file";
import type { Result } from "./finding";

/** Who calls AWS, or why that is not known. */
export type Caller = CallerIdentity | PreflightFinding | undefined;

/** Asks AWS once who the stack's provider is; `undefined` where only the engine can tell. */
export async function askCaller(
  file: StackFile,
  deadline: AbortSignal,
  connect: (file: StackFile) => Promise<PreflightAws> = preflightAws,
  missingIn = missingCredentials,
): Promise<Caller> {
  if (unknowableCaller(file, {}) !== undefined) return undefined;
  const missing = skipsValidation(file) ? undefined : await within(deadline, missingIn(file));
  if (missing !== undefined) return misuse(`${missing.key} = ${missing.value}: ${missing.rule}`, missing.fix);
  const aws = await connect(file);
  return identify(file, within(deadline, aws.identity(deadline)), credentialSource(file, process.env));
}

/** Where the stack is deployed. */
export async function checkRegion(file: StackFile, caller: Promise<Caller>): Promise<Result> {
  const written = textOf(file.values, "region");
  if (written !== undefined) return { verdict: "ok", evidence: `${written} (aws:region)` };
  if (file.environmentRegion !== undefined) {
    return { verdict: "ok", evidence: `${file.environmentRegion} (the environment's AWS_REGION)` };
  }
  const found = await caller;
  if (found !== undefined && "arn" in found && found.region !== undefined) {
    return { verdict: "ok", evidence: `${found.region} (the profile's)` };
  }
  if (found === NO_REGION) return refused(NO_REGION);
  const fix = "set aws:region in the stack's settings, or AWS_REGION in the environment";
  return { verdict: "skipped", evidence: "neither the settings nor the environment name one", fix };
}

/** Who the stack's provider is, and for how long. */
export async function checkCredentials(file: StackFile, caller: Promise<Caller>): Promise<Result> {
  const unknown = unknowableCaller(file, {});
  if (unknown !== undefined) {
    return { verdict: "skipped", evidence: unknown, fix: "the engine asks AWS itself at the first preview" };
  }
  const found = await caller;
  if (found === undefined) {
    const fix = "the provider does not ask either, by aws:skipCredentialsValidation";
    return { verdict: "skipped", evidence: "AWS did not say who the caller is", fix };
  }
  if (found === NO_REGION) {
    return { verdict: "skipped", evidence: "not checked: no region is set", fix: NO_REGION.fix };
  }
  if ("severity" in found) return refused(found);
  const source = credentialSource(file, process.env);
  const [finding] = judgeCaller(found, file, source, new Date());
  if (finding !== undefined) return refused(finding);
  return { verdict: "ok", evidence: `${found.arn}, by ${source}` };
}

function refused({ severity, message: evidence, fix }: PreflightFinding): Result {
  return { verdict: severity === "refusal" ? "fail" : "warn", evidence, fix };
}
