import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
/** The AWS CLI, by which people follow guides. */
const cli = process.env.AWS_CLI ?? "aws";
export const ACCOUNT = "000000000000";

/** Skips what needs the AWS CLI where there is none, and says so. */
export function needAwsCli(test: Mocha.Context): void {
  try {
    execFileSync(cli, ["--version"], { stdio: "ignore" });
  } catch {
    console.error(`skipped: there is no AWS CLI as ${cli}; AWS_CLI names another one`);
    test.skip();
  }
}

/** Runs the AWS CLI; documents are given as values, not as text. */
export async function aws(...args: readonly (string | object)[]): Promise<string> {
  const texts = args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)));
  // The AWS CLI 1 asks SQS at its earlier public name otherwise.
  const endpoint = ["--endpoint-url", process.env.AWS_ENDPOINT_URL ?? assert.fail("no emulator")];
  const { stdout } = await run(cli, [...endpoint, ...texts, "--output", "json"], {
    env: { ...process.env, AWS_PAGER: "" },
  });
  return stdout;
}

const allow = (Action: readonly string[], Resource: string, rest: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...rest,
});
const document = (...Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });

/**
 * An account as the guide's commands make it: docs for humans to follow, steps 1 to 4. Where AWS would refuse the guide's own text, the smallest
 * correction:
 *
 * - the trust policy (Step 2) is an S3 policy without a principal in the guide: it trusts Braintrust by an external id here;
 * - the queue's attribute (Step 4) is VisibilityTimeout, not VisibilityTimeoutSeconds;
 * - the queue has a policy, since S3 refuses a destination that it may not send to.
 *
 * Every other mistake is kept: GetBucketLocation under a condition on `s3:prefix`, a listing of everything, policies over the whole
 * bucket, a policy on the user itself, a suffix that compressed files do not have, no policy of the bucket.
 */
export async function followGuide(bucket: string): Promise<void> {
  const everything = `arn:aws:s3:::${bucket}/*`;
  const itself = `arn:aws:s3:::${bucket}`;
  await aws("s3", "mb", `s3://${bucket}`, "--region", "us-east-1");
  await aws(
    "s3api",
    "put-bucket-versioning",
    "--bucket",
    bucket,
    "--versioning-configuration",
    "Status=Enabled",
  );
  await aws("s3api", "put-bucket-encryption", "--bucket", bucket, "--server-side-encryption-configuration", {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
  });
  await createRole("BraintrustExportRole", "arn:aws:iam::872608195481:root", "bt:0f5a-org:*");
  const writing = ["s3:PutObject", "s3:PutObjectAcl", "s3:GetObject", "s3:GetObjectAcl", "s3:DeleteObject"];
  const looking = ["s3:ListBucket", "s3:GetBucketLocation"];
  await createPolicy(
    "BraintrustS3ExportPolicy",
    document(allow(writing, everything), allow(looking, itself)),
  );
  await attach("role", "BraintrustExportRole", "BraintrustS3ExportPolicy");
  await aws("iam", "create-user", "--user-name", "SnowflakeS3User");
  await createPolicy(
    "SnowflakeS3AccessPolicy",
    document(
      allow(["s3:GetObject", "s3:GetObjectVersion"], everything),
      allow(looking, itself, { Condition: { StringLike: { "s3:prefix": ["*"] } } }),
    ),
  );
  await attach("user", "SnowflakeS3User", "SnowflakeS3AccessPolicy");
  await aws("iam", "create-access-key", "--user-name", "SnowflakeS3User");
  await createQueue("snowpipe-s3-notifications");
  await notify(bucket, {
    QueueConfigurations: [
      {
        Id: "SnowpipeNotification",
        QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:snowpipe-s3-notifications`,
        ...filesOf("braintrust-exports/", ".jsonl"),
      },
    ],
  });
}

/** Another company's: a role for Snowflake, an inline policy, a topic, a trail, a policy and tags of its own, versioning suspended. */
export async function makeOtherwise(bucket: string): Promise<void> {
  await aws("s3", "mb", `s3://${bucket}`);
  await aws(
    "s3api",
    "put-bucket-versioning",
    "--bucket",
    bucket,
    "--versioning-configuration",
    "Status=Suspended",
  );
  const tags = [
    { Key: "owner", Value: "data" },
    { Key: "cost-center", Value: "42" },
  ];
  await aws("s3api", "put-bucket-tagging", "--bucket", bucket, "--tagging", { TagSet: tags });
  await aws(
    "s3api",
    "put-bucket-policy",
    "--bucket",
    bucket,
    "--policy",
    document(...othersStatements(bucket)),
  );
  await createRole("northwind-writer", "arn:aws:iam::872608195481:root", "northwind", [
    "--max-session-duration",
    "7200",
  ]);
  await aws(
    ...[
      "iam",
      "put-role-policy",
      "--role-name",
      "northwind-writer",
      "--policy-name",
      "write",
      "--policy-document",
    ],
    document(allow(["s3:*"], `arn:aws:s3:::${bucket}/*`)),
  );
  await createRole("northwind-reader", "arn:aws:iam::444455556666:user/k8ds0000-s", "NW12345_SFCRole=3_x=");
  await createPolicy("northwind-read", document(allow(["s3:GetObject"], `arn:aws:s3:::${bucket}/*`)));
  await attach("role", "northwind-reader", "northwind-read");
  const topic = `arn:aws:sns:us-east-1:${ACCOUNT}:northwind-files`;
  await aws("sns", "create-topic", "--name", "northwind-files");
  const publishing = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topic,
  };
  const subscriber = { AWS: "arn:aws:iam::444455556666:user/k8ds0000-s" };
  const subscribing = {
    Effect: "Allow",
    Principal: subscriber,
    Action: ["sns:Subscribe"],
    Resource: [topic],
  };
  const attribute = ["--attribute-name", "Policy", "--attribute-value"];
  await aws(
    "sns",
    "set-topic-attributes",
    "--topic-arn",
    topic,
    ...attribute,
    document(publishing, subscribing),
  );
  await notify(bucket, { TopicConfigurations: [{ Id: "files", TopicArn: topic, ...filesOf("traces/") }] });
  await aws("s3", "mb", `s3://${bucket}-trail`);
  await aws("cloudtrail", "create-trail", "--name", "northwind-trail", "--s3-bucket-name", `${bucket}-trail`);
  await aws("cloudtrail", "put-event-selectors", "--trail-name", "northwind-trail", "--event-selectors", [
    {
      ReadWriteType: "All",
      IncludeManagementEvents: true,
      DataResources: [{ Type: "AWS::S3::Object", Values: [`arn:aws:s3:::${bucket}/`] }],
    },
  ]);
}

/** Statements that a company has in the policy of its bucket. */
export function othersStatements(bucket: string): object[] {
  const root = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  return [
    {
      Sid: "Audit",
      Effect: "Allow",
      Principal: root,
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${bucket}/*`,
    },
    {
      Sid: "KeepBucket",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:DeleteBucket",
      Resource: `arn:aws:s3:::${bucket}`,
    },
  ];
}

export async function createQueue(name: string): Promise<void> {
  const resource = `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
  const Policy = JSON.stringify(
    document({
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: resource,
    }),
  );
  const attributes = { MessageRetentionPeriod: "1209600", VisibilityTimeout: "60", Policy };
  await aws("sqs", "create-queue", "--queue-name", name, "--attributes", attributes);
}

/** What a bucket reports. */
export async function notify(bucket: string, configuration: object): Promise<void> {
  const put = ["s3api", "put-bucket-notification-configuration", "--bucket", bucket];
  await aws(...put, "--notification-configuration", configuration);
}

/** New files below a prefix. */
export function filesOf(prefix: string, suffix?: string): object {
  const rules = [{ Name: "prefix", Value: prefix }, ...(suffix ? [{ Name: "suffix", Value: suffix }] : [])];
  return { Events: ["s3:ObjectCreated:*"], Filter: { Key: { FilterRules: rules } } };
}

async function createRole(
  name: string,
  AWS: string,
  externalId: string,
  more: readonly string[] = [],
): Promise<void> {
  const trust = document({
    Effect: "Allow",
    Principal: { AWS },
    Action: "sts:AssumeRole",
    Condition: { StringLike: { "sts:ExternalId": externalId } },
  });
  await aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust, ...more);
}

async function createPolicy(name: string, policy: object): Promise<void> {
  await aws("iam", "create-policy", "--policy-name", name, "--policy-document", policy);
}

async function attach(kind: "role" | "user", name: string, policy: string): Promise<void> {
  const arn = `arn:aws:iam::${ACCOUNT}:policy/${policy}`;
  await aws("iam", `attach-${kind}-policy`, `--${kind}-name`, name, "--policy-arn", arn);
}
