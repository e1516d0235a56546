import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { preflightAws } from "../deploy/preflight/aws";
import { checkBackend } from "../deploy/preflight/backend-folder";
import { within } from "../deploy/preflight/deadline";
import { backendFolder, backendName, backendUrlOf } from "../engine/backend";
import { engineErrors } from "../engine/engine-errors";
import { requirePassphrase } from "../engine/secrets-provider";
import { messageOf } from "../errors";
import type { StackFile } from "../project/stack-file";
import type { Result } from "./finding";
import { pulumiAnswer } from "./pulumi-answer";

/** What encrypts the stack's secrets. */
export async function checkSecrets(file: StackFile, workDir: string): Promise<Result> {
  // A URL that Pulumi does not know is the backend's finding.
  const backendUrl = await backendUrlOf(workDir).catch(() => undefined);
  const notes: string[] = [];
  const onNote = (message: string) => notes.push(message);
  await requirePassphrase(file, { workDir, backendUrl, environment: process.env, onNote });
  const { secretsProvider = "default" } = file;
  if (notes.length > 0) {
    const fix = "export a passphrase, before the first deployment";
    return { verdict: "warn", evidence: notes.join("; "), fix };
  }
  if (secretsProvider !== "default" && secretsProvider !== "passphrase") {
    // What follows the scheme may hold a token.
    return { verdict: "ok", evidence: secretsProvider.split("?")[0] ?? "" };
  }
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: given } = process.env;
  const source = passphrase ? "PULUMI_CONFIG_PASSPHRASE" : given && "PULUMI_CONFIG_PASSPHRASE_FILE";
  return { verdict: "ok", evidence: source ?? "the backend's own encryption" };
}

/** Whether the state can be kept where the project or the environment says. */
export async function checkState(
  workDir: string,
  engine: Promise<PulumiCommand>,
  deadline: AbortSignal,
): Promise<Result> {
  const url = await backendUrlOf(workDir);
  const evidence = backendName(url, workDir);
  if (backendFolder(url, workDir) !== undefined) {
    const [refusal] = await checkBackend(url, workDir);
    if (refusal === undefined) return { verdict: "ok", evidence };
    return { verdict: "fail", evidence: refusal.message, fix: refusal.fix };
  }
  if (url?.startsWith("s3:")) return checkBucket(new URL(url), evidence, deadline);
  if (url !== undefined && !/^https?:/.test(url)) {
    return { verdict: "skipped", evidence, fix: "the engine opens it at the first preview" };
  }
  const command = await engine.catch(() => undefined);
  if (command === undefined) return { verdict: "skipped", evidence, fix: "install Pulumi first" };
  return checkLogin(command, url, evidence, deadline);
}

/** Pulumi Cloud, or whatever `pulumi login` chose last. */
async function checkLogin(
  command: PulumiCommand,
  url: string | undefined,
  evidence: string,
  deadline: AbortSignal,
): Promise<Result> {
  const environment = url === undefined ? {} : { PULUMI_BACKEND_URL: url };
  try {
    const user = await pulumiAnswer(command, ["whoami"], deadline, environment);
    return { verdict: "ok", evidence: `${evidence}, as ${user.trim()}` };
  } catch (error) {
    const reason = deadline.aborted ? "no answer within the deadline" : engineErrors(messageOf(error));
    const fix = "export PULUMI_ACCESS_TOKEN, or name another backend in PULUMI_BACKEND_URL";
    return { verdict: "fail", evidence: `${evidence}: ${reason}`, fix };
  }
}

/** Asks as whom the engine would: by the region, the profile and the endpoint of the URL. www.pulumi.com/docs/iac/concepts/state-and-backends */
async function checkBucket(url: URL, evidence: string, deadline: AbortSignal): Promise<Result> {
  const { hostname: bucket, searchParams: query } = url;
  const value = (name: string) => query.get(name) ?? undefined;
  const endpoint = value("endpoint");
  const s3 = endpoint?.includes("://") ? endpoint : endpoint && `https://${endpoint}`;
  const aws = await preflightAws({
    stack: "",
    values: {
      "aws:region": value("region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
      "aws:profile": value("profile"),
      "aws:endpoints": s3 === undefined ? undefined : [{ s3 }],
      "aws:s3UsePathStyle": value("s3ForcePathStyle"),
    },
    secretKeys: [],
    encrypted: [],
    environments: [],
    unquoted: {},
  });
  const status = await within(deadline, aws.bucketStatus(bucket, deadline));
  if (status === 200) return { verdict: "ok", evidence };
  if (status === 404) {
    const fix = "create the bucket with versioning, or name another in PULUMI_BACKEND_URL";
    return { verdict: "fail", evidence: `${evidence}: there is no such bucket`, fix };
  }
  if (status === 403) {
    const fix =
      "grant s3:ListBucket on it, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects";
    return { verdict: "fail", evidence: `${evidence}: S3 refused access to it`, fix };
  }
  const fix = "name the bucket's own region, as s3://BUCKET?region=REGION";
  return { verdict: "fail", evidence: `${evidence}: S3 answered with ${status}`, fix };
}
