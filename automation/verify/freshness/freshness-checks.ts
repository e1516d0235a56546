import type { _Object, S3 } from "@aws-sdk/client-s3";
import { namesOf } from "../../../components/settings/names";
import { commandLine } from "../../command-line";
import { type Check, fail, judge, pass, Skipped } from "../check";
import type { Aws } from "../clients";
import { isExport, type Layout, layoutOf, layoutWords } from "../export-files";
import type { Subject } from "../subject";
import { alarmChecks } from "./alarm-checks";

/** Pages of a thousand objects that are looked through for a stream's newest: a listing is not in order of time. */
const MOST_PAGES = 10;
/** CIS AWS Foundations Benchmark, "Ensure access keys are rotated every 90 days or less". */
const MOST_KEY_DAYS = 90;
const HOUR_MS = 3_600_000;

/** Whether exports still come, nothing is in the dead-letter queue, no alarm fires, and no key is too old. */
export function freshnessChecks(subject: Subject, aws: Aws, now: () => number): Check[] {
  return [
    ...subject.settings.streams.map(({ name, prefix }) => streamCheck(subject, aws, { name, prefix }, now)),
    ...deadLetterChecks(subject, aws),
    ...alarmChecks(subject, aws),
    ...(subject.settings.snowflake.access === "user" ? [keyAgeCheck(subject, aws, now)] : []),
  ];
}

function streamCheck(
  { settings, outputs }: Subject,
  { s3 }: Aws,
  { name, prefix }: { name: string; prefix: string },
  now: () => number,
): Check {
  const most = settings.monitoring.exportEveryHours;
  return {
    id: `fresh/${name}`,
    title: `Stream ${name} has an export of the last ${most} hours`,
    needs: ["s3:ListBucket"],
    run: async () => {
      const since = now() - most * HOUR_MS;
      const { newest, layouts, complete } = await newestObject(s3, outputs.bucketName, prefix, since);
      if (newest === undefined && complete) throw new Skipped(`no export lies below ${prefix} yet`);
      const age = newest === undefined ? Number.POSITIVE_INFINITY : (now() - newest.at) / HOUR_MS;
      if (newest !== undefined && age <= most) {
        const layout = layoutWords(layouts, layoutOf(newest.key, prefix));
        return pass(`${hours(age)} old: ${newest.key}; ${layout}`);
      }
      if (!complete) {
        throw new Skipped(`none of the first ${MOST_PAGES * 1000} objects is that new, and there are more`);
      }
      return fail(
        `the newest export is ${hours(age)} old`,
        "look at the automation's runs in Braintrust; if it runs less often, raise monitoring.exportEveryHours",
      );
    },
  };
}

interface Found {
  newest?: { readonly key: string; readonly at: number };
  readonly layouts: Set<Layout>;
}

/** The newest export below a prefix, or the first that is new enough. Probes are no exports. */
async function newestObject(
  s3: S3,
  bucket: string,
  prefix: string,
  enough: number,
): Promise<Readonly<Found> & { readonly complete: boolean }> {
  const found: Found = { layouts: new Set() };
  const isEnough = () => (found.newest?.at ?? 0) >= enough;
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { Contents = [], NextContinuationToken } = await s3.listObjectsV2({
      Bucket: bucket,
      Prefix: prefix,
      ContinuationToken: token,
    });
    take(Contents, prefix, found);
    token = NextContinuationToken;
    if (token === undefined || isEnough()) break;
    if (page > 0) continue;
    await lookInLastFolders(s3, bucket, prefix, (objects) => {
      take(objects, prefix, found);
      return isEnough();
    });
    if (isEnough()) break;
  }
  return { ...found, complete: token === undefined };
}

function take(objects: readonly _Object[], prefix: string, found: Found): void {
  for (const { Key = "", LastModified, Size } of objects) {
    const at = LastModified?.getTime() ?? 0;
    if (!isExport({ Key, Size })) continue;
    found.layouts.add(layoutOf(Key, prefix));
    if (at > (found.newest?.at ?? 0)) found.newest = { key: Key, at };
  }
}

/** Folders within folders, of Hive partitions by year, month, day and hour for instance. */
const MOST_LEVELS = 5;

/**
 * Goes down the last folders by name, which are the newest where names begin with a time, until what is there is enough: a stream of
 * years has more files before them than can be listed.
 */
async function lookInLastFolders(
  s3: S3,
  bucket: string,
  prefix: string,
  isEnough: (objects: readonly _Object[]) => boolean,
): Promise<void> {
  let folder = prefix;
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    let last: string | undefined;
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { CommonPrefixes = [], NextContinuationToken } = await s3.listObjectsV2({
        Bucket: bucket,
        Prefix: folder,
        Delimiter: "/",
        ContinuationToken: token,
      });
      last = CommonPrefixes.at(-1)?.Prefix ?? last;
      token = NextContinuationToken;
      if (token === undefined) break;
    }
    if (last === undefined || token !== undefined) return;
    folder = last;
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket, Prefix: folder });
    if (isEnough(Contents)) return;
  }
}

function deadLetterChecks({ outputs }: Subject, { sqs }: Aws): Check[] {
  const { deadLetterQueueArn } = outputs;
  if (deadLetterQueueArn === undefined) return [];
  const [, , , , owner = "", name = ""] = deadLetterQueueArn.split(":");
  return [
    {
      id: "fresh/dead-letters",
      title: "No event is in the dead-letter queue",
      needs: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
      run: async () => {
        const { QueueUrl } = await sqs.getQueueUrl({ QueueName: name, QueueOwnerAWSAccountId: owner });
        const { Attributes } = await sqs.getQueueAttributes({
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        });
        const waiting = Attributes?.ApproximateNumberOfMessages;
        if (waiting === undefined) throw new Error("SQS did not say how many messages there are");
        return judge(
          waiting === "0" ? [] : [`${waiting} messages lie in ${name}`],
          `${name} is empty`,
          "find out why its consumer failed on them, then redrive them (`aws sqs start-message-move-task`)",
        );
      },
    },
  ];
}

function keyAgeCheck({ stack, settings, outputs }: Subject, { iam }: Aws, now: () => number): Check {
  return {
    id: "fresh/access-keys",
    title: `Snowflake's access key is in use, alone and younger than ${MOST_KEY_DAYS} days`,
    needs: ["iam:ListAccessKeys"],
    run: async () => {
      const { AccessKeyMetadata = [] } = await iam.listAccessKeys({
        UserName: namesOf(settings).snowflakeUser,
      });
      const current = AccessKeyMetadata.find(
        ({ AccessKeyId }) => AccessKeyId === outputs.snowflakeAccessKeyId,
      );
      const days = (date: Date | undefined) => Math.floor((now() - (date?.getTime() ?? 0)) / (24 * HOUR_MS));
      const old = AccessKeyMetadata.filter(({ CreateDate }) => days(CreateDate) > MOST_KEY_DAYS);
      const { accessKeys } = settings.snowflake;
      return judge(
        [
          ...(current === undefined ? ["the stack's key does not exist any more"] : []),
          ...(current !== undefined && current.Status !== "Active" ? ["the stack's key is not active"] : []),
          ...old.map(({ AccessKeyId, CreateDate }) => `${AccessKeyId} is ${days(CreateDate)} days old`),
          ...(AccessKeyMetadata.length > accessKeys.length
            ? [`the user has ${AccessKeyMetadata.length} keys, and the stack made ${accessKeys.length}`]
            : []),
        ],
        `${current?.AccessKeyId} is active and ${days(current?.CreateDate)} days old`,
        `\`${commandLine("rotate-keys", stack)}\`; delete unmanaged keys`,
      );
    },
  };
}

function hours(age: number): string {
  return age < 48 ? `${Math.round(age * 10) / 10} h` : `${Math.round(age / 24)} days`;
}
