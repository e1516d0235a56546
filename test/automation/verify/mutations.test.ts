import assert from "node:assert/strict";
import type { Statement } from "../../../automation/verify/policies";
import { verifyPipeline } from "../../../automation/verify/verification";
import { ACCOUNT_ID } from "../../support";
import { fakeAws } from "./fake-aws";
import { type Live, liveAccount, NOW, trusting } from "./live-account";

const writer = "BraintrustExportRole-dev";
const reader = "SnowflakeReaderRole-dev";
const bucket = "arn:aws:s3:::acme-exports";
const stranger = "arn:aws:iam::999900001111:root";

const kms = { ...trusting, encryption: "kms", accessLogs: { enabled: true } };
const locked = { ...trusting, objectLock: { mode: "GOVERNANCE", days: 30 } };
const viaTopic = { ...trusting, events: { mode: "sns" } };
const userMode = { ...trusting, snowflake: { access: "user" } };
const topicWithKey = { ...viaTopic, encryption: "kms" };

/** A change behind the stack's back and every check that it must turn red, no other. */
type Mutation = readonly [
  what: string,
  red: readonly string[],
  change: (live: Live) => void,
  given?: Readonly<Record<string, unknown>>,
];

const ofBucket: readonly Mutation[] = [
  ...["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"].map(
    (block): Mutation => [
      `${block} off`,
      ["bucket/public-access"],
      (live) => Object.assign(live.publicAccessBlock ?? {}, { [block]: false }),
    ],
  ),
  ["no public access block", ["bucket/public-access"], (live) => set(live, { publicAccessBlock: undefined })],
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
    "a lifecycle that nobody asked for",
    ["bucket/lifecycle"],
    (live) => set(live, { lifecycle: [{ ID: "x", Status: "Enabled", Expiration: { Days: 1 } }] }),
    { ...trusting, lifecycle: { profile: "none" } },
  ],
  [
    "a lock that nobody asked for",
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
];

const ofEvents: readonly Mutation[] = [
  ["no notification", ["events/notification", "data/event"], (live) => set(live, { notification: [] })],
  [
    "a notification to another queue",
    ["events/notification", "data/event"],
    (live) => Object.assign(live.notification[0] ?? {}, { QueueArn: "arn:aws:sqs:us-east-1:1:other" }),
  ],
  [
    "a notification of another prefix",
    ["events/notification", "data/event"],
    (live) => Object.assign(live.notification[0]?.Filter.Key.FilterRules[0] ?? {}, { Value: "other/" }),
  ],
  [
    "a notification of deletions alone",
    ["events/notification"],
    (live) => Object.assign(live.notification[0] ?? {}, { Events: ["s3:ObjectRemoved:*"] }),
  ],
  ["no queue policy", ["events/queue-policy"], (live) => Object.assign(live.queue, { Policy: "" })],
  [
    "a queue that anybody's bucket may fill",
    ["events/queue-policy"],
    (live) =>
      Object.assign(live.queue, { Policy: live.queue.Policy?.replace(/,"StringEquals":\{[^}]*\}/, "") }),
  ],
  [
    "a queue without encryption",
    ["events/queue-settings"],
    (live) => Object.assign(live.queue, { SqsManagedSseEnabled: "false" }),
  ],
  [
    "a queue that forgets",
    ["events/queue-settings"],
    (live) => Object.assign(live.queue, { MessageRetentionPeriod: "60" }),
  ],
  ["no redrive", ["events/queue-settings"], (live) => Object.assign(live.queue, { RedrivePolicy: "" })],
  ["events that get lost", ["data/event"], (live) => set(live, { delivers: false })],
  [
    "a stranger may subscribe",
    ["events/topic-policy"],
    (live) => Object.assign(live.topic, { Policy: live.topic.Policy?.replace(ACCOUNT_ID, "999900001111") }),
    viaTopic,
  ],
  [
    "a topic without its key",
    ["events/topic-encryption"],
    (live) => delete live.topic.KmsMasterKeyId,
    topicWithKey,
  ],
  [
    "a queue that does not hear the topic",
    ["events/subscription"],
    (live) => set(live, { subscriptions: [] }),
    viaTopic,
  ],
  [
    "a subscription that filters",
    ["events/subscription"],
    (live) => Object.assign(live.subscriptions[0]?.attributes ?? {}, { FilterPolicy: '{"a":["b"]}' }),
    viaTopic,
  ],
];

const ofKey: readonly Mutation[] = [
  ["a key about to be deleted", ["key/state"], (live) => set(live.key, { state: "PendingDeletion" }), kms],
  ["no rotation", ["key/rotation"], (live) => set(live.key, { rotates: false }), kms],
  [
    "a key for a stranger",
    ["key/policy"],
    (live) => live.key.policy.push(allow("kms:Decrypt", "*", { AWS: stranger })),
    kms,
  ],
  [
    "a key that the reader may not use",
    ["key/policy"],
    (live) => removeStatement(live.key.policy, "DecryptExports"),
    kms,
  ],
];

const ofAccess: readonly Mutation[] = [
  [
    "Braintrust's role without an external id",
    ["trust/braintrust", "data/braintrust-external-id"],
    (live) => delete live.trust.get(writer)?.[0]?.Condition,
  ],
  [
    "Braintrust's role for every organization",
    ["trust/braintrust", "data/braintrust-external-id"],
    (live) => trustsWith(live, writer, { StringLike: { "sts:ExternalId": "bt:*" } }),
  ],
  [
    "Braintrust's role for a stranger too",
    ["trust/braintrust"],
    (live) =>
      live.trust
        .get(writer)
        ?.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "sts:AssumeRole" }),
  ],
  [
    "Snowflake's role with a pattern",
    ["trust/snowflake", "data/snowflake-external-id"],
    (live) => trustsWith(live, reader, { StringLike: { "sts:ExternalId": "acme*" } }),
  ],
  [
    "Braintrust's role may write anywhere",
    ["access/braintrust-policy", "access/braintrust-write-outside", "data/braintrust-write-outside"],
    (live) => grant(live, writer, allow("s3:PutObject", `${bucket}/*`)),
  ],
  [
    "Braintrust's role may write nowhere",
    ["access/braintrust-policy", "access/braintrust-write", "access/braintrust-delete", "data/write"],
    (live) => removeStatement(live.identities.get(writer)?.attached[0], "WriteExports"),
  ],
  [
    "Braintrust's role may list the bucket",
    [
      "access/braintrust-policy",
      "access/braintrust-list-elsewhere",
      "access/braintrust-list-all",
      "data/braintrust-list-all",
    ],
    (live) => grant(live, writer, allow("s3:ListBucket", bucket)),
  ],
  [
    "Braintrust's role may change the bucket's policy",
    ["access/braintrust-policy", "access/braintrust-administer"],
    (live) => grant(live, writer, allow("s3:PutBucketPolicy", bucket)),
  ],
  [
    "Snowflake's reader may read anything",
    ["access/snowflake-policy", "access/snowflake-read-outside", "data/snowflake-read-outside"],
    (live) => grant(live, reader, allow("s3:GetObject", `${bucket}/*`)),
  ],
  [
    "Snowflake's reader may write and delete",
    [
      "access/snowflake-policy",
      "access/snowflake-write",
      "access/snowflake-delete",
      "data/snowflake-write",
      "data/snowflake-delete",
    ],
    (live) =>
      grant(live, reader, allow(["s3:PutObject", "s3:DeleteObject"], `${bucket}/braintrust-exports/*`)),
  ],
  [
    "Snowflake's reader may not read",
    ["access/snowflake-policy", "access/snowflake-read", "data/read"],
    (live) => removeStatement(live.identities.get(reader)?.attached[0], "ReadExports"),
  ],
  [
    "Snowflake's reader without its listing",
    ["access/snowflake-policy", "access/snowflake-list", "data/list"],
    (live) => removeStatement(live.identities.get(reader)?.attached[0], "ReadExportsList"),
  ],
  [
    "Snowflake's reader uses the key by itself",
    ["access/snowflake-policy", "access/snowflake-decrypt-directly"],
    (live) => grant(live, reader, allow("kms:Decrypt", "*")),
    kms,
  ],
  [
    "an inline policy",
    ["access/snowflake-policy"],
    (live) => live.identities.get(reader)?.inline.push("extra"),
  ],
];

const ofFreshness: readonly Mutation[] = [
  [
    "exports that stopped",
    ["fresh/logs"],
    (live) =>
      set(live, { versions: live.versions.map((each) => ({ ...each, at: new Date(NOW - 25 * 3_600_000) })) }),
  ],
  ["dead letters", ["fresh/dead-letters"], (live) => set(live, { deadLetters: 1 })],
  [
    "an old access key",
    ["fresh/access-keys"],
    (live) => Object.assign(live.accessKeys[0] ?? {}, { CreateDate: new Date(NOW - 91 * 24 * 3_600_000) }),
    userMode,
  ],
  [
    "a key that nobody asked for",
    ["fresh/access-keys"],
    (live) => live.accessKeys.push({ AccessKeyId: "AKIAX", Status: "Active", CreateDate: new Date(NOW) }),
    userMode,
  ],
  [
    "a key that is off",
    ["fresh/access-keys"],
    (live) => Object.assign(live.accessKeys[0] ?? {}, { Status: "Inactive" }),
    userMode,
  ],
];

describe("a change behind the stack's back", () => {
  const subjects = {
    bucket: ofBucket,
    events: ofEvents,
    key: ofKey,
    access: ofAccess,
    freshness: ofFreshness,
  };
  for (const [subject, mutations] of Object.entries(subjects)) {
    describe(subject, () => {
      for (const [what, red, change, given = trusting] of mutations) {
        it(`${what}: ${red.join(", ")}`, async () => {
          const account = await liveAccount(given);
          change(account.live);
          const { checks } = await verifyPipeline(account.subject, fakeAws(account.live, account.subject), {
            now: () => NOW,
          });
          const failed = checks.filter(({ verdict }) => verdict === "fail");
          assert.deepEqual(failed.map(({ id }) => id).sort(), [...red].sort());
          assert.ok(failed.every(({ fix }) => fix !== undefined && fix !== ""));
        });
      }
    });
  }
});

const aes = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } };

function kmsRule(key: string, bucketKey: boolean): Record<string, unknown> {
  return {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key },
    BucketKeyEnabled: bucketKey,
  };
}

function set<Target extends object>(target: Target, values: Partial<Target>): void {
  Object.assign(target, values);
}

function allow(Action: string | string[], Resource: string, Principal?: { AWS: string }): Statement {
  return { Effect: "Allow", Action, Resource, ...(Principal === undefined ? {} : { Principal }) };
}

function grant(live: Live, name: string, statement: Statement): void {
  live.identities.get(name)?.attached.push([statement]);
}

function trustsWith(live: Live, role: string, Condition: NonNullable<Statement["Condition"]>): void {
  Object.assign(live.trust.get(role)?.[0] ?? {}, { Condition });
}

function removeStatement(statements: Statement[] | undefined, sid: string): void {
  const at = statements?.findIndex(({ Sid }) => Sid === sid) ?? -1;
  assert.notEqual(at, -1, `there is no statement ${sid}`);
  statements?.splice(at, 1);
}
