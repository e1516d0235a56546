import { ACCOUNT_ID } from "../../../support";
import { type Live, trusting } from "../live-account";
import {
  allow,
  bucket,
  kms,
  locked,
  type Mutation,
  removeStatement,
  set,
  stranger,
  turnsRed,
  writer,
} from "../mutation";

const replicated = {
  ...kms,
  replication: {
    bucketArn: "arn:aws:s3:::acme-replicas",
    accountId: "999988887777",
    kmsKeyArn: "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
};
const ruleOf = (live: Live) => [live.replication?.Rules].flat()[0] as Record<string, unknown>;

const bySize = { ...trusting, lifecycle: { profile: "instant", minimumObjectSizeBytes: 4_096 } };

turnsRed("bucket", [
  ["nothing, with a replication", [], () => undefined, replicated],
  ["no replication", ["bucket/replication"], (live) => set(live, { replication: undefined }), replicated],
  [
    "a replication that is disabled",
    ["bucket/replication"],
    (live) => Object.assign(ruleOf(live), { Status: "Disabled" }),
    replicated,
  ],
  [
    "a replication to another bucket",
    ["bucket/replication"],
    (live) => Object.assign(Object(ruleOf(live).Destination), { Bucket: "arn:aws:s3:::elsewhere" }),
    replicated,
  ],
  [
    "a replication by another role",
    ["bucket/replication"],
    (live) => Object.assign(live.replication ?? {}, { Role: "arn:aws:iam::123456789012:role/other" }),
    replicated,
  ],
  ...["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"].map(
    (block): Mutation => [
      `${block} off`,
      ["bucket/public-access"],
      (live) => Object.assign(live.publicAccessBlock ?? {}, { [block]: false }),
    ],
  ),
  ["no public access block", ["bucket/public-access"], (live) => set(live, { publicAccessBlock: undefined })],
  [
    "a log bucket without a public access block",
    ["logs/public-access"],
    (live) => set(live.logBucket, { publicAccessBlock: undefined }),
    kms,
  ],
  [
    "logs for a stranger",
    ["logs/policy"],
    (live) => live.logBucket.policy?.push(allow("s3:GetObject", "arn:aws:s3:::logs/*", { AWS: stranger })),
    kms,
  ],
  ["no policy of the log bucket", ["logs/policy"], (live) => set(live.logBucket, { policy: undefined }), kms],
  ["access control lists on", ["bucket/ownership"], (live) => set(live, { ownership: "ObjectWriter" })],
  ["no ownership controls", ["bucket/ownership"], (live) => set(live, { ownership: undefined })],
  ["versioning suspended", ["bucket/versioning"], (live) => set(live, { versioning: "Suspended" })],
  [
    "another key",
    ["bucket/encryption"],
    (live) => set(live, { encryption: kmsRule("arn:aws:kms:us-east-1:1:key/x", true) }),
    kms,
  ],
  [
    "no bucket key",
    ["bucket/encryption"],
    (live) => Object.assign(live.encryption ?? {}, { BucketKeyEnabled: false }),
    kms,
  ],
  [
    "encryption by S3 in place of the key",
    ["bucket/encryption"],
    (live) => set(live, { encryption: aes }),
    kms,
  ],
  ["no default encryption", ["bucket/encryption"], (live) => set(live, { encryption: undefined })],
  ["nothing, with transitions by size", [], () => undefined, bySize],
  [
    "transitions of another size",
    ["bucket/lifecycle"],
    (live) => Object.assign(Object(live.lifecycle?.[1]?.Filter).And, { ObjectSizeGreaterThan: 1 }),
    bySize,
  ],
  [
    "transitions of tagged exports alone",
    ["bucket/lifecycle"],
    (live) => Object.assign(Object(live.lifecycle?.[1]?.Filter).And, { Tags: [{ Key: "a", Value: "b" }] }),
    bySize,
  ],
  ["no lifecycle", ["bucket/lifecycle"], (live) => set(live, { lifecycle: undefined })],
  [
    "lifecycle off",
    ["bucket/lifecycle"],
    (live) => Object.assign(live.lifecycle?.[0] ?? {}, { Status: "Disabled" }),
  ],
  [
    "exports expire",
    ["bucket/lifecycle"],
    (live) => Object.assign(live.lifecycle?.[0] ?? {}, { Expiration: { Days: 1 } }),
  ],
  [
    "a rule of somebody else's",
    ["bucket/lifecycle"],
    (live) => live.lifecycle?.push({ ID: "x", Status: "Enabled", Filter: {}, Expiration: { Days: 1 } }),
  ],
  [
    "a lifecycle that is not expected",
    ["bucket/lifecycle"],
    (live) => set(live, { lifecycle: [{ ID: "x", Status: "Enabled", Expiration: { Days: 1 } }] }),
    { ...trusting, lifecycle: { profile: "none" } },
  ],
  [
    "a lock that is not expected",
    ["bucket/object-lock"],
    (live) => set(live, { lock: { DefaultRetention: { Mode: "COMPLIANCE", Days: 9 } } }),
  ],
  [
    "a shorter lock",
    ["bucket/object-lock"],
    (live) => set(live, { lock: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } } }),
    locked,
  ],
  ["no lock", ["bucket/object-lock"], (live) => set(live, { lock: undefined }), locked],
  ["access logs off", ["bucket/access-logs"], (live) => set(live, { logging: undefined }), kms],
  [
    "access logs elsewhere",
    ["bucket/access-logs"],
    (live) => set(live, { logging: { TargetBucket: "somebody", TargetPrefix: "" } }),
    kms,
  ],
  [
    "a stranger may read the bucket",
    ["bucket/policy"],
    (live) => live.bucketPolicy?.push(allow("s3:GetObject", `${bucket}/*`, { AWS: stranger })),
  ],
  ["TLS of old", ["bucket/policy"], (live) => removeStatement(live.bucketPolicy, "DenyTlsBelow12")],
  [
    "plain HTTP",
    ["bucket/policy", "access/braintrust-plain-http", "access/snowflake-plain-http", "data/plain-http"],
    (live) => removeStatement(live.bucketPolicy, "DenyInsecureTransport"),
  ],
  [
    "any key",
    ["bucket/policy", "access/braintrust-foreign-key"],
    (live) => removeStatement(live.bucketPolicy, "DenyOtherEncryptionKeys"),
    kms,
  ],
  [
    "Braintrust may read, by the bucket's policy",
    ["bucket/policy", "access/braintrust-read", "data/braintrust-read"],
    (live) =>
      live.bucketPolicy?.push(
        allow("s3:GetObject", `${bucket}/braintrust-exports/*`, {
          AWS: `arn:aws:iam::${ACCOUNT_ID}:role/${writer}`,
        }),
      ),
  ],
]);

const aes = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } };

function kmsRule(key: string, bucketKey: boolean): Record<string, unknown> {
  return {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key },
    BucketKeyEnabled: bucketKey,
  };
}
