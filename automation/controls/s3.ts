import { listOf } from "../policy-document";
import type { ControlGroup } from "./control";
import {
  type Evidence,
  type Evident,
  every,
  everyBucket,
  everyStatement,
  NothingToJudge,
  NotKnown,
  NotMet,
  ofExportBucket,
  oneOrMore,
  ownExportBucket,
  statementsIn,
  trailBucketName,
} from "./evidence";

const s3 = (kind: string) => `aws:s3/${kind}:${kind[0]?.toUpperCase()}${kind.slice(1)}`;
const BUCKET_POLICY = s3("bucketPolicy");
/** Of a bucket that others have statements on too. */
const SHARED_POLICY = "braintrust-snowflake:s3:SharedPolicy";
const ofBucket = ({ type }: Evident) => [BUCKET_POLICY, SHARED_POLICY].includes(type);
/** On a bucket that others use too, the notification is the stack's own resource. */
const notifications = [s3("bucketNotification"), "braintrust-snowflake:s3:SharedNotification"];

/** What S3.6 takes for too much in another account's hands. */
const delegating = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

/** Whether an action as a policy names it, with its stars, is or includes another. */
function covers(action: string, other: string): boolean {
  const pattern = action.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${pattern}$`, "i").test(other);
}

const deniesPlainHttp = (policy: Evident): boolean =>
  statementsIn(policy)?.some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === "Deny" &&
      Principal === "*" &&
      Action === "s3:*" &&
      Condition?.Bool?.["aws:SecureTransport"] === "false",
  ) ?? false;

const delegatesNothing = everyStatement(
  "no other account may change policies, ACLs or encryption",
  ofBucket,
  ({ Effect, Action }) =>
    Effect === "Deny" || !listOf(Action).some((action) => delegating.some((each) => covers(action, each))),
);

/** Buckets whose policy awsx makes, and the program does not show, are left out. */
function notOfTrail(resources: readonly Evident[]): (resource: Evident) => boolean {
  const names = resources.map(trailBucketName);
  return ({ type, inputs }) => type !== "aws:s3/bucket:Bucket" || !names.includes(String(inputs.bucket));
}

const ownBlocks = everyBucket(s3("bucketPublicAccessBlock"), "all four public access blocks", ({ inputs }) =>
  [
    inputs.blockPublicAcls,
    inputs.blockPublicPolicy,
    inputs.ignorePublicAcls,
    inputs.restrictPublicBuckets,
  ].every((on) => on === true),
);
/** Where the settings leave public access to the account, no bucket has a block that could be judged. */
const accountBlocks: Evidence = ({ accountBlock }) => {
  if (accountBlock === undefined) throw new NothingToJudge("each bucket blocks public access for itself");
  const says = `\`publicAccessBlock: account\` leaves it to the account; ${accountBlock.evidence}`;
  if (accountBlock.state === "unknown") throw new NotKnown(says);
  if (accountBlock.state === "off") throw new NotMet(says);
  return says;
};
/** Each bucket's own blocks, or the account's where the settings leave it to them. */
export const blocksPublicAccess: Evidence = (judged) =>
  judged.accountBlock === undefined ? ownBlocks(judged) : accountBlocks(judged);
const TRAIL = "awsx:cloudtrail:Trail";
const recordsObjects: Evidence = (judged) => {
  if (judged.existingTrail !== undefined) {
    throw new NothingToJudge(`\`${judged.existingTrail}\` records them, which is not this stack's`);
  }
  return oneOrMore(
    TRAIL,
    "data events of the export bucket's objects, reads and writes alike",
    ({ inputs }) => {
      const selectors = (inputs.advancedEventSelectors as readonly unknown[]).map((each) =>
        JSON.stringify(each),
      );
      return selectors.some(
        (data) =>
          data.includes('"AWS::S3::Object"') &&
          data.includes(`:::${judged.exportBucket}/`) &&
          !data.includes("readOnly"),
      );
    },
  )(judged);
};
const lifecycle = everyBucket(s3("bucketLifecycleConfiguration"), "a lifecycle", ({ inputs }) =>
  JSON.stringify(inputs.rules).includes('"Enabled"'),
);

const ENCRYPTION = s3("bucketServerSideEncryptionConfiguration");
const byKey = ({ inputs }: Evident) => JSON.stringify(inputs.rules).includes('"aws:kms"');
const beyondExports = "AWS's check asks for a trail of every bucket of the account";

interface LockRule {
  readonly defaultRetention: { readonly mode: string; readonly days: number };
}
interface Destination {
  readonly bucket: string;
  readonly encryptionConfiguration?: { readonly replicaKmsKeyId: string };
}

/** A copy in the same Region is none. The key of the copies tells their Region, which the ARN of a bucket does not. */
const toAnotherRegion: Evidence = (judged) =>
  ofExportBucket(s3("bucketReplicationConfig"), ({ inputs }) => {
    const [rule] = inputs.rules as readonly [{ readonly destination: Destination }];
    const { bucket, encryptionConfiguration } = rule.destination;
    const region = encryptionConfiguration?.replicaKmsKeyId.split(":")[3];
    const says = `exports are replicated to \`${bucket}\``;
    if (!region || !judged.region) throw new NotKnown(`${says}; whether to another Region is not known`);
    if (region === judged.region) throw new NotMet(`${says} in the same Region`);
    return `${says} in ${region}`;
  })(judged);

/** docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html */
export const s3Controls: ControlGroup = {
  service: "Amazon S3",
  page: "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",
  controls: [
    {
      id: "S3.1",
      title: "Block public access enabled for the account",
      verdict: {
        outOfScope:
          "a setting of the account; each bucket here blocks it for itself (S3.8), unless `publicAccessBlock: account` leaves it to the account",
        unless: accountBlocks,
      },
    },
    { id: "S3.2", title: "Buckets block public read access", verdict: { met: blocksPublicAccess } },
    { id: "S3.3", title: "Buckets block public write access", verdict: { met: blocksPublicAccess } },
    {
      id: "S3.5",
      title: "Buckets require requests to use TLS",
      verdict: {
        met: (judged) => {
          const shared = judged.programs.flat().filter(({ type }) => type === SHARED_POLICY);
          const says = "a policy that denies plain HTTP";
          const proven =
            shared.length > 0
              ? every(SHARED_POLICY, says, deniesPlainHttp)(judged)
              : everyBucket(
                  BUCKET_POLICY,
                  says,
                  deniesPlainHttp,
                )({
                  ...judged,
                  programs: judged.programs.map((resources) => resources.filter(notOfTrail(resources))),
                });
          const hasTrail = judged.programs.flat().some(({ type }) => type === TRAIL);
          return hasTrail
            ? `${proven}; that of the trail's bucket by the transform (\`test/components/audit/audit-trail.test.ts\`)`
            : proven;
        },
      },
    },
    {
      id: "S3.6",
      title: "Bucket policies restrict what other accounts may do",
      verdict: {
        met: (judged) => {
          const proven = delegatesNothing(judged);
          if (!judged.programs.flat().some(({ type }) => type === SHARED_POLICY)) return proven;
          throw new NotKnown(
            `${proven}; what others have in the policy of \`${judged.exportBucket}\` is not in the plan: \`verify\` lists it`,
          );
        },
      },
    },
    {
      id: "S3.7",
      title: "Buckets use cross-Region replication",
      verdict: {
        accepted: "exports can be made again in Braintrust, and a copy doubles the cost of storage",
        unless: toAnotherRegion,
      },
    },
    { id: "S3.8", title: "Buckets block public access", verdict: { met: blocksPublicAccess } },
    {
      id: "S3.9",
      title: "Server access logging enabled",
      verdict: {
        met: (judged) => {
          ownExportBucket(judged);
          return oneOrMore(
            s3("bucketLogging"),
            "the export bucket's accesses are logged",
            ({ inputs }) => inputs.bucket === judged.exportBucket,
          )(judged);
        },
        beyond: "those of log buckets are not: see CloudTrail.7",
        unless: everyBucket(s3("bucketLogging"), "access logs", () => true),
      },
    },
    { id: "S3.10", title: "Versioned buckets have a lifecycle", verdict: { met: lifecycle } },
    {
      id: "S3.11",
      title: "Event notifications enabled",
      verdict: {
        met: ({ programs }) => {
          const all = programs.flat().filter(({ type }) => notifications.includes(type));
          const active = all.filter(({ inputs }) =>
            [inputs.topics, inputs.queues].flat().some((recipient) => recipient !== undefined),
          );
          if (active.length === 0) throw new NotMet("no stream has a recipient");
          return `${active.map(({ name }) => `\`${name}\``).join(", ")}: the export bucket's, with a queue or topic in each configuration`;
        },
        beyond: "log buckets have none, since nobody waits for log files",
        unless: everyBucket(s3("bucketNotification"), "a notification", () => true),
      },
    },
    {
      id: "S3.12",
      title: "ACLs not used for access",
      verdict: {
        met: everyBucket(
          s3("bucketOwnershipControls"),
          "BucketOwnerEnforced",
          ({ inputs }) => JSON.stringify(inputs.rule) === '{"objectOwnership":"BucketOwnerEnforced"}',
        ),
      },
    },
    { id: "S3.13", title: "Buckets have a lifecycle", verdict: { met: lifecycle } },
    {
      id: "S3.14",
      title: "Versioning enabled",
      verdict: {
        met: everyBucket(
          s3("bucketVersioning"),
          "versioning",
          ({ inputs }) => JSON.stringify(inputs.versioningConfiguration) === '{"status":"Enabled"}',
        ),
      },
    },
    {
      id: "S3.15",
      title: "Object Lock enabled",
      verdict: {
        accepted:
          "a lock cannot be taken off again, and keeps the file of Braintrust's own test too; `objectLock` turns it on",
        unless: ofExportBucket(s3("bucketObjectLockConfiguration"), ({ inputs }) => {
          const { mode, days } = (inputs.rule as LockRule).defaultRetention;
          return `${mode}, ${days} days`;
        }),
      },
    },
    {
      id: "S3.17",
      title: "Buckets encrypted at rest with KMS keys",
      verdict: {
        met: (judged) => {
          ownExportBucket(judged);
          const { programs, exportBucket } = judged;
          const own = programs
            .flat()
            .filter(({ type, inputs }) => type === ENCRYPTION && inputs.bucket === exportBucket);
          if (!own.every(byKey)) {
            throw new NotMet("the export bucket is not under a KMS key");
          }
          const hasOwnKey = programs.flat().some(({ type: of }) => of === "aws:kms/key:Key");
          return hasOwnKey
            ? "the export bucket is under the stack's own key, the trail's files too"
            : "the export bucket is under the key of `kmsKeyArn`";
        },
        beyond: "log buckets have SSE-S3 by default, the only encryption that S3 delivers access logs to",
        unless: everyBucket(ENCRYPTION, "under a KMS key", byKey),
      },
    },
    {
      id: "S3.20",
      title: "MFA delete enabled",
      verdict: {
        accepted:
          "only the account's root can turn it on, and a bucket with it can have no lifecycle (S3.13)",
      },
    },
    {
      id: "S3.22",
      title: "Object-level write events logged",
      verdict: { met: recordsObjects, beyond: beyondExports },
    },
    {
      id: "S3.23",
      title: "Object-level read events logged",
      verdict: { met: recordsObjects, beyond: beyondExports },
    },
  ],
};
