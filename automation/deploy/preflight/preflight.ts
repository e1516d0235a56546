import { defaultBucketName } from "../../../components/settings/bucket-name";
import type { Settings } from "../../../components/settings/settings";
import { errorLine, isDenied } from "../../aws/aws-errors";
import { commandLine } from "../../command-line";
import type { ResourceState } from "../../engine/state/state";
import { throwMistake } from "../../errors";
import { fillIns, notYet } from "../../project/fill-ins";
import type { StackFile } from "../../project/stack-file";
import { type PreflightAws, preflightAws } from "./aws";
import { checkBackend } from "./backend-folder";
import { credentialSource, identify, judgeCaller, unknowableCaller } from "./credentials";
import { within } from "./deadline";
import { type ExistingBucket, lookAtExisting } from "./existing-bucket";
import { misuse, type PreflightFinding, remark } from "./finding";

/** The stack that is about to be updated. */
export interface PreflightSubject {
  readonly file: StackFile;
  readonly settings: Settings;
  readonly workDir: string;
  readonly backendUrl: string | undefined;
  /** What the engine sees in addition to this process's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: () => Promise<readonly ResourceState[]>;
}

/** Milliseconds for all of AWS's answers together. */
const DEADLINE_MS = 5_000;

/** Looks for what would make the update fail half-way, or harm others. Changes nothing; throws for no answer of AWS. */
export async function preflight(
  subject: PreflightSubject,
  connect: (file: StackFile) => Promise<PreflightAws> = preflightAws,
  deadlineMs = DEADLINE_MS,
): Promise<PreflightFinding[]> {
  const { file, settings, environment, backendUrl, workDir } = subject;
  const found = [phaseNote(settings), checkBackend(backendUrl, workDir)];
  const { existingBucket: bucket } = settings;
  const existing = bucket === undefined ? undefined : { ...subject, bucket };
  const reason = unknowableCaller(file, environment);
  if (reason !== undefined) {
    const unasked = remark(
      `credentials and bucket were not checked: ${reason}`,
      "the engine asks AWS itself",
    );
    return [...(await Promise.all(found)).flat(), unasked];
  }
  const aws = await connect(file);
  const asked = askAws(subject, existing, aws, AbortSignal.timeout(deadlineMs));
  return (await Promise.all([...found, asked])).flat();
}

async function phaseNote(settings: Settings): Promise<PreflightFinding[]> {
  const keys = fillIns(settings).map(({ key }) => key);
  if (keys.length === 0) return [];
  return [remark(notYet(settings), `${keys.join(", ")} are still to be set`)];
}

async function askAws(
  subject: PreflightSubject,
  existing: ExistingBucket | undefined,
  aws: PreflightAws,
  deadline: AbortSignal,
): Promise<PreflightFinding[]> {
  const { file, settings } = subject;
  const source = credentialSource(file, process.env);
  const identity = identify(file, within(deadline, aws.identity(deadline)), source);
  const named = existing === undefined && settings.bucketName;
  const [caller, byName] = await Promise.all([
    identity,
    named ? lookAtName(subject, named, aws, deadline) : [],
  ]);
  if (caller === undefined) return byName;
  // Whatever else AWS says to a caller whom it does not know says nothing about the bucket.
  if ("severity" in caller) return [caller];
  const { region } = settings;
  const byDefault =
    existing === undefined && !named && region !== undefined
      ? lookAtName(subject, defaultBucketName(settings.stack, caller.account, region), aws, deadline)
      : [];
  const onExisting =
    existing === undefined ? [] : await lookAtExisting(existing, caller.account, aws, deadline);
  const judged = judgeCaller(caller, file, source, new Date());
  return [...judged, ...onExisting, ...byName, ...(await byDefault)];
}

async function lookAtName(
  subject: PreflightSubject,
  bucket: string,
  aws: PreflightAws,
  deadline: AbortSignal,
): Promise<PreflightFinding[]> {
  const { resources } = subject;
  try {
    const [status, known] = await Promise.all([
      within(deadline, aws.bucketStatus(bucket, deadline)),
      within(deadline, resources()),
    ]);
    if (status === 404 || known.some(({ type, id }) => type === "aws:s3/bucket:Bucket" && id === bucket))
      return [];
    const rename = "set bucketName to a name of your own";
    if (status === 403 || status === 301) {
      return [misuse(`the bucket name ${bucket} is taken, by another account or another region`, rename)];
    }
    if (status === 200) {
      return [
        misuse(
          `the bucket ${bucket} is there already, and not in this stack's state`,
          `${rename}, set existingBucket to use it as it is, or run \`${commandLine("import", subject.settings.stack, ` --bucket ${bucket}`)}\``,
        ),
      ];
    }
    return [remark(`HeadBucket of ${bucket} was answered with ${status}`, "the engine will report more")];
  } catch (error) {
    throwMistake(error);
    // The caller may have the rights to deploy and not those to read it.
    const fix = isDenied(error)
      ? "grant s3:ListBucket to have it looked at"
      : "it is looked at again next time";
    return [remark(`whether the name ${bucket} is free could not be seen: ${errorLine(error)}`, fix)];
  }
}
