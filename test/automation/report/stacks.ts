import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { UsageOptions } from "../../../automation/cost/usage";
import { gatherReport, type ReportData } from "../../../automation/report/report-data";

const PREFIX = "braintrust-snowflake:";
const ACCOUNT = "123456789012";

/** Settings of a stack, without the project's prefix; those of the provider have their own. */
export type StackSettings = Readonly<Record<string, unknown>>;

const connected: StackSettings = {
  braintrust: { accountId: "111122223333", orgId: "org-acme" },
  snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/abc1-b-self1234", externalId: "acme_id=1" },
};

/** What a page must not run, nor let turn its text around. */
export const HOSTILE = "<script>document.title='taken'</script>";

/** Stacks as different companies have them, by the name of the stack. */
export const stacks: Readonly<Record<string, StackSettings>> = {
  dev: {},
  "acme-prod": {
    ...connected,
    bucketName: "acme-exports",
    "aws:defaultTags": { tags: { owner: "data" } },
    bucketPolicyStatements: [
      {
        Sid: "OnlyOurs",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::acme-exports/*",
        Condition: { StringEquals: { "aws:PrincipalTag/team": `${HOSTILE}\u202Eתום` } },
      },
    ],
    crossAccountReaders: ["777788889999", "777788880000", "777788881111", "777788882222"].map((id) => ({
      arn: `arn:aws:iam::${id}:role/path/Analytics`,
      prefixes: ["braintrust-exports/logs/"],
    })),
    objectLock: { mode: "GOVERNANCE", days: 30 },
    monitoring: { alertEmails: ["ops@acme.example"], monthlyBudgetUsd: 100, storageGb: 500 },
    lifecycle: { profile: "archive" },
  },
  "by-user": {
    ...connected,
    snowflake: {
      access: "user",
      snsSubscriberArn: "arn:aws:iam::444455556666:user/snow",
      errorNotifications: { enabled: true },
      database: `"${HOSTILE}"`,
    },
    events: { mode: "sns" },
    iam: { path: "/data/teams/", permissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/Boundary` },
  },
  shared: {
    ...connected,
    existingBucket: "company-data",
    existingKmsKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`,
    exportPrefix: "teams/ml/braintrust/",
  },
  queue: { ...connected, events: { mode: "queue" }, monitoring: { queueDepth: 100, queueAgeHours: 4 } },
  // Loaded by tasks, in three formats and folders, in the partition of the US government.
  "gov-tasks": {
    ...connected,
    "aws:region": "us-gov-west-1",
    snowflake: {
      iamUserArn: "arn:aws-us-gov:iam::444455556666:user/snow/zt01-b-self9876",
      externalId: "zoetrope_id=77",
      taskMinutes: 30,
    },
    streams: [
      { name: "agents", format: "parquet" },
      { name: "rag_eval", prefix: "rag/eval/" },
      { name: "Support-Bot", table: '"Support Bot"' },
    ],
    events: { mode: "queue" },
    encryption: "kms",
  },
  "china-user": {
    ...connected,
    "aws:region": "cn-northwest-1",
    braintrust: { accountId: "111122223333", orgId: "org-zoetrope", permissions: "least" },
    snowflake: {
      access: "user",
      snsSubscriberArn: "arn:aws-cn:iam::444455556666:user/snow/subscriber",
      accessKeys: [{ name: "spring", status: "Inactive" }, { name: "autumn" }],
    },
    events: { mode: "sns" },
    iam: { names: { snowflakeUser: "zoetrope-snowflake-reader" } },
  },
  // Nothing that can be left out.
  bare: {
    ...connected,
    encryption: "s3",
    events: { mode: "none" },
    monitoring: { enabled: false },
    lifecycle: { profile: "none" },
    auditTrail: { enabled: false },
    accessLogs: { enabled: false },
  },
  // All that can be added.
  "zoetrope-all": {
    ...connected,
    bucketName: "zoetrope-exports",
    snowflakeRegion: "us-east-1",
    snowflake: {
      iamUserArn: "arn:aws:iam::444455556666:user/snow/zt01-b-self9876",
      externalId: "zoetrope_id=77",
      network: { vpcIds: ["vpc-0123456789abcdef0"] },
      errorNotifications: {
        enabled: true,
        iamUserArn: "arn:aws:iam::444455556666:user/notify",
        externalId: "zoetrope_errors=1",
      },
    },
    crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/path/Analytics" }],
    objectLock: { mode: "GOVERNANCE", days: 30 },
    replication: {
      bucketArn: "arn:aws:s3:::zoetrope-replica",
      kmsKeyArn: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`,
    },
    monitoring: { alertEmails: ["ops@zoetrope.example"], monthlyBudgetUsd: 100, storageGb: 500 },
    events: { notificationChannels: { logs: "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA-zt" } },
  },
  // A data lake of others, with its account's public access block, loaded through a topic by a user with keys.
  "vandelay-prod": {
    "aws:region": "eu-central-1",
    "aws:defaultTags": { tags: { app: "braintrust-export", "cost-center": "4711" } },
    existingBucket: "vandelay-datalake-prod",
    existingKmsKeyArn: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee`,
    exportPrefix: "raw/llm/braintrust/",
    publicAccessBlock: "account",
    snowflakeRegion: "eu-central-1",
    braintrust: { accountId: "111122223333", orgId: "5d7c97d7-fef1-4cb7-bda6", permissions: "least" },
    snowflake: {
      access: "user",
      snsSubscriberArn: "arn:aws:iam::444455556666:user/vdly1000-s",
      database: "VANDELAY_LLM",
      warehouse: "LOAD_WH",
      accessKeys: [{ name: "y2025", status: "Inactive" }, { name: "y2026" }],
    },
    events: { mode: "sns" },
    crossAccountReaders: [
      {
        arn: "arn:aws:iam::777788889999:role/service/databricks-uc-reader",
        prefixes: ["raw/llm/braintrust/support-triage-eu/"],
      },
      { arn: "arn:aws:iam::555566667777:role/Fraud-Analytics" },
      { arn: "arn:aws:iam::666677778888:root" },
    ],
    monitoring: {
      alertEmails: ["llm-oncall@vandelay.example", "secops@vandelay.example"],
      monthlyBudgetUsd: 400,
      storageGb: 2000,
      costTag: "app",
      queueDepth: 500,
      queueAgeHours: 6,
      exportEveryHours: 6,
    },
    streams: ["support-triage", "sales-copilot", "kyc-extract", "contract-qa", "claims", "hr-faq"].flatMap(
      (name) => [{ name: `${name}-eu` }, { name: `${name}-us`, format: "parquet" }],
    ),
  },
  "vandelay-dev": { publicAccessBlock: "account", braintrust: { accountId: "111122223333" } },
  hundred: {
    ...connected,
    bucketName: `${"a-very-long-bucket-name-".repeat(2)}of-acme-corp`,
    exportPrefix: `${"deeply/nested/".repeat(6)}`,
    streams: Array.from({ length: 100 }, (_, index) => ({
      name: `customer-facing-assistant-of-europe-${index}`,
    })),
  },
};

const evaluated = new Map<string, Promise<ReportData>>();

/** What the page of one of these stacks shows; several tests share one evaluation. */
export function dataOf(stack: string): Promise<ReportData> {
  const data = evaluated.get(stack) ?? dataWith(stack, stacks[stack] ?? {});
  evaluated.set(stack, data);
  return data;
}

/** What the page of a stack with these settings shows, evaluated offline in a folder of its own. */
export async function dataWith(
  stack: string,
  settings: StackSettings,
  usage: UsageOptions = {},
): Promise<ReportData> {
  const workDir = await fs.mkdtemp(path.join(os.tmpdir(), "report-"));
  try {
    const config = Object.entries({
      "aws:region": "us-east-1",
      "aws:allowedAccountIds": [ACCOUNT],
      ...settings,
    }).map(([key, value]) => [key.includes(":") ? key : `${PREFIX}${key}`, value]);
    await fs.writeFile(path.join(workDir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(
      path.join(workDir, `Pulumi.${stack}.yaml`),
      stringify({ config: Object.fromEntries(config) }),
    );
    return await gatherReport({ stack, workDir, ...usage });
  } finally {
    await fs.rm(workDir, { recursive: true });
  }
}
