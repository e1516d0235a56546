import assert from "node:assert/strict";
import { accessChecks } from "../../../automation/verify/access/access-checks";
import type { Check } from "../../../automation/verify/check";
import type { Aws } from "../../../automation/verify/clients";
import { configurationChecks } from "../../../automation/verify/configuration/configuration-checks";
import { DataPath, removalNeeds } from "../../../automation/verify/data/data-path";
import { dataPathChecks } from "../../../automation/verify/data/data-path-checks";
import { freshnessChecks } from "../../../automation/verify/freshness/freshness-checks";
import type { Subject } from "../../../automation/verify/subject";
import { fakeAws } from "./fake-aws";
import { FakeQueue } from "./fake-queue";
import { liveAccount, NOW, trusting } from "./live-account";

/** Actions of the operations that are named otherwise: the Service Authorization Reference. */
const actions: Readonly<Record<string, string>> = {
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
  "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:ListObjectsV2": "s3:ListBucket",
};
const services = {
  s3: "s3",
  s3Control: "s3",
  plainS3: "s3",
  iam: "iam",
  sqs: "sqs",
  sns: "sns",
  kms: "kms",
  cloudTrail: "cloudtrail",
  cloudWatch: "cloudwatch",
  sts: "sts",
  secrets: "secretsmanager",
} as const;

const errorNotifications = {
  enabled: true,
  iamUserArn: "arn:aws:iam::444455556666:user/snow",
  externalId: "acme_id=1",
};
const vendors = {
  braintrust: { accountId: "872608195596", orgId: "org-1" },
  snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/snow", externalId: "acme_id=1" },
};
const stacks = {
  "of a stack by default": trusting,
  "where the vendors alone are trusted": { ...trusting, ...vendors, events: { mode: "queue" } },
  "with a key, a topic, access logs and least permissions": {
    ...trusting,
    braintrust: { ...trusting.braintrust, permissions: "least" },
    snowflake: { ...trusting.snowflake, errorNotifications },
    events: { mode: "sns" },
    encryption: "kms",
    accessLogs: { enabled: true },
    auditTrail: { enabled: true },
  },
  "in user mode": { ...trusting, snowflake: { access: "user" }, events: { mode: "queue" } },
};

describe("what a check needs", () => {
  for (const [title, settings] of Object.entries(stacks)) {
    it(`is what it asks AWS for, as the caller: ${title}`, async () => {
      const { subject, live } = await liveAccount(settings);
      const ids = checksOf(subject, fakeAws(live, subject)).map(({ id }) => id);
      for (const id of ids) {
        const queue = new FakeQueue(subject);
        queue.send({ Records: [{ s3: { object: { key: "another" } } }] });
        const asked = new Set<string>();
        const check = checksOf(subject, recording(fakeAws(live, subject, queue), asked)).find(
          (each) => each.id === id,
        );
        await check?.run(new AbortController()).catch(() => undefined);
        assert.ok(asked.size > 0, id);
        const unnamed = [...asked].filter((action) => !check?.needs.includes(action));
        assert.deepEqual(unnamed, [], id);
      }
    });
  }

  it("is named for the removal of probes too", async () => {
    const { subject, live } = await liveAccount(trusting);
    const asked = new Set<string>();
    const path = new DataPath(subject, recording(fakeAws(live, subject), asked), "1", new Set());
    await path.outside(new AbortController().signal);
    asked.clear();
    await path.probes.remove();
    assert.deepEqual([...asked].sort(), [...removalNeeds].sort());
  });
});

function checksOf(subject: Subject, aws: Aws): Check[] {
  return [
    ...configurationChecks(subject, aws, () => NOW),
    ...accessChecks(subject, aws),
    ...dataPathChecks(new DataPath(subject, aws, "1", new Set())),
    ...freshnessChecks(subject, aws, () => NOW),
  ];
}

/** The same, and what the caller asks it for, as IAM names it. */
function recording(aws: Aws, asked: Set<string>): Aws {
  const recorded = Object.entries(services).map(([client, service]) => [
    client,
    new Proxy(aws[client as keyof typeof services], {
      get: (target, operation: string) => {
        const call: unknown = Reflect.get(target, operation);
        return (input: { VersionId?: string }) => {
          const name = `${service}:${operation.replace(/^./, (first) => first.toUpperCase())}`;
          const versioned = name === "s3:DeleteObject" && input.VersionId !== undefined;
          asked.add(versioned ? "s3:DeleteObjectVersion" : (actions[name] ?? name));
          return (call as (input: unknown) => unknown)(input);
        };
      },
    }),
  ]);
  return { ...aws, ...Object.fromEntries(recorded) };
}
