import { awsLimits } from "../aws-limits";
import { areMerged, mergedFilters } from "../streams";
import { defaultBucketName } from "./bucket-name";
import { type Problem, showValue } from "./problems";
import type { Settings } from "./settings";
import { statementText } from "./statement-text";

/** Statements that every bucket has, and what stands around them: for the longest names. */
const OTHER_STATEMENTS = 1_700;

/** What Braintrust adds to a prefix: dates, ids and an ending. No page of Braintrust's says how long; its ids are UUIDs. */
const FILE_NAME = 100;

/** Settings whose resources would be larger than AWS takes them, which it would say half-way through an update. */
export function limitConflicts(settings: Settings): Problem[] {
  const { crossAccountReaders, bucketPolicyStatements: statements } = settings;
  const { braintrust } = settings;
  const problems: Problem[] = [];
  const judge = (key: string, value: string, what: string, size: number, most: number, fix: string) => {
    if (size > most) problems.push({ key, value, rule: `${what}, and AWS takes ${most}`, fix });
  };
  const policy = bucketPolicyBytes(settings);
  const byStatements = 2 * bytesOfStatements(settings) > policy - OTHER_STATEMENTS;
  judge(
    byStatements ? "bucketPolicyStatements" : "crossAccountReaders",
    byStatements ? `${statements.length} statements` : `${crossAccountReaders.length} readers`,
    `would make the bucket's policy one of up to ${policy} bytes`,
    crossAccountReaders.length + statements.length === 0 ? 0 : policy,
    awsLimits.bucketPolicy.most,
    byStatements
      ? "use fewer or shorter statements: patterns in place of lists, and no Resource where the whole bucket is meant"
      : "name fewer readers or prefixes, or shorter prefixes: one role that the readers assume has the rights of all",
  );
  const trust = trustPolicyLength(settings);
  const { principalArns, projectIds, orgId } = braintrust;
  const ids = projectIds ?? orgId;
  const byPrincipals = showValue(principalArns).length > showValue(ids).length;
  judge(
    `braintrust.${byPrincipals ? "principalArns" : projectIds === undefined ? "orgId" : "projectIds"}`,
    showValue(byPrincipals ? principalArns : ids),
    `would make the role's trust policy one of ${trust} characters`,
    trust,
    awsLimits.trustPolicy.most,
    byPrincipals
      ? "name fewer roles, or roles with a shorter path"
      : "name fewer projects, or none for all of the organization",
  );
  return [...problems, ...streamLimits(settings), ...destinationLimits(settings)];
}

function streamLimits({ streams }: Settings): Problem[] {
  const { objectKey, notificationFilter } = awsLimits;
  return streams.flatMap(({ prefix }, index): Problem[] => {
    const room = objectKey.most - prefix.length;
    // As filterText of events encodes what prefixes may have.
    const filter = prefix.replaceAll("=", "%3D").length;
    const rule =
      room < FILE_NAME
        ? `leaves ${room} of the ${objectKey.most} characters of a key to the names of files, and ${FILE_NAME} are needed`
        : filter > notificationFilter.most
          ? `is ${filter} characters in a notification filter, where "=" takes three, and S3 takes ${notificationFilter.most}`
          : undefined;
    if (rule === undefined) return [];
    const key = `streams[${index}].prefix`;
    return [
      { key, value: showValue(prefix), rule, fix: "shorten it, or exportPrefix, which it begins with" },
    ];
  });
}

/** Streams of which a destination has one notification, of a folder that S3 wants for that destination alone. */
function destinationLimits({ streams, events }: Settings): Problem[] {
  if (events.mode !== "snowflake-queue" || !areMerged(streams)) return [];
  const known = streams.flatMap(({ prefix, channel: destination }) =>
    destination === undefined ? [] : [{ prefix, destination }],
  );
  const folders = mergedFilters(known).map(({ prefix }) => prefix);
  const overlap = folders.some((folder, index) =>
    folders.some((other, at) => at !== index && other.startsWith(folder)),
  );
  if (!overlap && !areMerged(folders)) return [];
  return [
    {
      key: "events.notificationChannels",
      value: `${folders.length} queues`,
      rule: `of ${streams.length} streams, of which each queue gets one notification: S3 takes ${awsLimits.notificationConfigurations.most} for a bucket, and none whose folders overlap`,
      fix: "load by one Snowflake account, whose pipes share a queue; or give each queue's streams a folder of their own below exportPrefix, use events.mode sns, or another stack for a part",
    },
  ];
}

/** No less than the length of the bucket's policy as BucketPolicy writes it. */
export function bucketPolicyBytes(settings: Settings): number {
  const { crossAccountReaders, existingBucket, exportPrefix } = settings;
  const bucketArn = bucketArnOf(settings);
  const readers = crossAccountReaders.map(({ arn, prefixes = [exportPrefix] }) => {
    const [sid, Principal] = ["AllowSnowflakeAccess15", { AWS: arn }];
    const allow = { Effect: "Allow", Principal };
    const listed = prefixes.flatMap((prefix) => [prefix.replace(/\/$/, ""), `${prefix}*`]);
    const statements = [
      {
        Sid: sid,
        ...allow,
        Action: ["s3:GetObject", "s3:GetObjectVersion"],
        Resource: prefixes.map((prefix) => `${bucketArn}/${prefix}*`),
      },
      {
        Sid: `${sid}List`,
        ...allow,
        Action: ["s3:ListBucket"],
        Resource: bucketArn,
        Condition: { StringLike: { "s3:prefix": listed } },
      },
      { Sid: `${sid}Location`, ...allow, Action: ["s3:GetBucketLocation"], Resource: bucketArn },
    ];
    return JSON.stringify(statements).length - 1;
  });
  const denied = existingBucket === undefined ? 0 : 2 * exportPrefix.length;
  return readers.reduce(
    (sum, length) => sum + length,
    OTHER_STATEMENTS + denied + bytesOfStatements(settings),
  );
}

/** Of the company's own, each with what BucketPolicy adds. */
function bytesOfStatements(settings: Settings): number {
  const bucketArn = bucketArnOf(settings);
  const lengths = settings.bucketPolicyStatements.map((statement) => {
    const complete = { Resource: [bucketArn, `${bucketArn}/*`], ...statement };
    return Buffer.byteLength(statementText(complete)) + 1;
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}

function bucketArnOf({ bucketName, existingBucket, partition, stack, region }: Settings): string {
  const byDefault = defaultBucketName(stack, "000000000000", region ?? "us-east-1");
  return `arn:${partition}:s3:::${existingBucket ?? bucketName ?? byDefault}`;
}

/** The length of the trust policy of Braintrust's role. */
export function trustPolicyLength({ braintrust, partition }: Settings): number {
  const { orgId = "", projectIds, principalArns = [`arn:${partition}:iam::000000000000:root`] } = braintrust;
  const ids = projectIds?.map((project) => `bt:${orgId}:${project}:*`) ?? [`bt:${orgId}:*`];
  const statement = {
    Sid: "AssumeWithExternalId",
    Effect: "Allow",
    Principal: { AWS: principalArns.length === 1 ? principalArns[0] : principalArns },
    Action: "sts:AssumeRole",
    Condition: { StringLike: { "sts:ExternalId": ids.length === 1 ? ids[0] : ids } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }).length;
}
