import type { Found } from "../../../automation/import/found";
import { bucket, policy, role, trusting, user } from "../../automation/import/found";
import type { Thing } from "../fake-provider/world";

const BUCKET = "northwind-llm-traces";
const account = { partition: "aws", accountId: "123456789012", region: "us-east-1" };
const url = "https://sqs.us-east-1.amazonaws.com/123456789012/trace-events";
const arnOf = (name: string) => `arn:aws:iam::123456789012:policy/${name}`;
export const writes = policy("bt-write", BUCKET, { arn: arnOf("bt-write") });
const reads = policy("sf-read", BUCKET, { arn: arnOf("sf-read") });
const trust = trusting("arn:aws:iam::872608195481:root", "bt:org-9:*");

/** What somebody has created by hand, as the provider's calls answer it. */
export const found: Found = {
  account,
  bucket: bucket({ region: "us-east-1", holdsObjects: true, hasOwnershipControls: false }),
  exportRole: role("bt-writer", trust, { attached: [writes] }),
  exportPolicy: writes,
  user: user("sf-user", { keyIds: ["AKIAEARLIER"] }),
  readPolicy: reads,
  queue: {
    name: "trace-events",
    url,
    arn: "arn:aws:sqs:us-east-1:123456789012:trace-events",
    policy: undefined,
    tags: {},
    deadLetterArn: undefined,
    ownDeadLetterUrl: undefined,
  },
};
export const names = {
  exportRole: "bt-writer",
  exportPolicy: "bt-write",
  user: "sf-user",
  readPolicy: "sf-read",
};

const answers = [
  ["s3/bucket:Bucket", BUCKET, { bucket: BUCKET }],
  ["s3/bucketPublicAccessBlock:BucketPublicAccessBlock", BUCKET, { bucket: BUCKET, blockPublicAcls: true }],
  [
    "s3/bucketVersioning:BucketVersioning",
    BUCKET,
    { bucket: BUCKET, versioningConfiguration: { status: "Enabled" } },
  ],
  [
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    BUCKET,
    { bucket: BUCKET, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  ],
  [
    "iam/role:Role",
    "bt-writer",
    { name: "bt-writer", assumeRolePolicy: JSON.stringify(trust), description: "by Ann" },
  ],
  ["iam/policy:Policy", writes.arn, { name: "bt-write", policy: writes.document, description: "by Ann" }],
  [
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    `bt-writer/${writes.arn}`,
    { role: "bt-writer", policyArn: writes.arn },
  ],
  ["iam/user:User", "sf-user", { name: "sf-user" }],
  ["iam/policy:Policy", reads.arn, { name: "sf-read", policy: reads.document }],
  ["sqs/queue:Queue", url, { name: "trace-events", messageRetentionSeconds: 1_209_600 }],
] as const;

/** The same as the fake account has it. */
export const things: readonly Thing[] = answers.map(([type, id, inputs]) => ({
  type: `aws:${type}`,
  id,
  name: id,
  inputs,
  computed: {
    ...("name" in inputs ? { arn: id.startsWith("arn:") ? id : `arn:aws:iam::123456789012:${id}` } : {}),
    ...(type.startsWith("s3/bucket:") ? { arn: `arn:aws:s3:::${BUCKET}` } : {}),
    ...(type.startsWith("sqs/") ? { url, arn: found.queue?.arn } : {}),
  },
}));
