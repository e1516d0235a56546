import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
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
  hundred: {
    ...connected,
    bucketName: `${"a-very-long-bucket-name-".repeat(2)}of-acme-corp`,
    exportPrefix: `${"deeply/nested/".repeat(6)}`,
    streams: Array.from({ length: 100 }, (_, index) => ({
      name: `customer-facing-assistant-of-europe-${index}`,
    })),
  },
};

/** What the page of a stack with these settings shows, evaluated offline in a folder of its own. */
export async function dataOf(
  stack: string,
  settings: StackSettings = stacks[stack] ?? {},
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
    return await gatherReport({ stack, workDir });
  } finally {
    await fs.rm(workDir, { recursive: true });
  }
}
