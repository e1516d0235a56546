import { defaultBucketName } from "./bucket-name";
import { type Problem, showValue } from "./problems";
import type { Settings } from "./settings";
import { statementText } from "./statement-text";

/** What AWS takes at most, of what settings can reach. Everything else stays below its limit whatever they say. */
export const limits = {
  /** Bytes. docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
  bucketPolicy: 20_480,
  /** Characters, blanks apart. docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  trustPolicy: 2_048,
  /** Configurations a bucket. docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html */
  requestMetrics: 1_000,
  /** Widgets a dashboard. docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
  dashboardWidgets: 500,
} as const;

/** Titles of its rows, and graphs that do not belong to a stream. */
const OTHER_WIDGETS = 14;

/** Statements that every bucket has, and what stands around them: for the longest names. */
const OTHER_STATEMENTS = 1_700;

/** Settings whose resources would be larger than AWS takes them, which it would say half-way through an update. */
export function limitConflicts(settings: Settings): Problem[] {
  const { crossAccountReaders, bucketPolicyStatements: statements } = settings;
  const { braintrust, streams, monitoring, existingBucket } = settings;
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
    limits.bucketPolicy,
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
    limits.trustPolicy,
    byPrincipals
      ? "name fewer roles, or roles with a shorter path"
      : "name fewer projects, or none for all of the organization",
  );
  const counted = monitoring.enabled && monitoring.requestMetrics && existingBucket === undefined;
  if (!counted) return problems;
  judge(
    "streams",
    `${streams.length} streams`,
    `need ${streams.length + 1} metrics configurations of the bucket`,
    streams.length + 1,
    limits.requestMetrics,
    "use fewer streams, another stack for the rest, or set monitoring.requestMetrics to false",
  );
  judge(
    "streams",
    `${streams.length} streams`,
    `need up to ${streams.length + OTHER_WIDGETS} widgets of a dashboard`,
    monitoring.dashboard ? streams.length + OTHER_WIDGETS : 0,
    limits.dashboardWidgets,
    "use fewer streams, another stack for the rest, or set monitoring.dashboard to false",
  );
  return problems;
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
