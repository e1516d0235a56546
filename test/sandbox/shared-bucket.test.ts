import assert from "node:assert/strict";
import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { destroy, preview, up } from "../../automation";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const Bucket = "acme-lake";

/** As others have put them there, before and after. */
const statements = ["Auditors", "Finance", "Backup", "Deny"].map((Sid) => ({
  Sid,
  Effect: Sid === "Deny" ? "Deny" : "Allow",
  Principal: { AWS: "arn:aws:iam::000000000000:root" },
  Action: Sid === "Deny" ? "s3:DeleteBucket" : "s3:GetObject",
  Resource: Sid === "Deny" ? `arn:aws:s3:::${Bucket}` : `arn:aws:s3:::${Bucket}/${Sid.toLowerCase()}/*`,
}));

interface Shared {
  readonly policy: string;
  readonly notification: NotificationConfiguration;
}

describe("a bucket that two stacks and others share", () => {
  const sandbox = useSandbox();
  const stacks: SandboxStack[] = [];
  let aws: Aws;
  let others: Shared;

  it("takes what both have beside what others have", async () => {
    for (const name of ["one", "two"]) {
      stacks.push(
        await sandbox.stack(name, {
          existingBucket: Bucket,
          exportPrefix: `${name}/`,
          forceDestroy: undefined,
          events: { mode: "queue" },
        }),
      );
    }
    aws = (stacks[0] ?? assert.fail()).clients();
    await aws.s3.createBucket({ Bucket });
    others = await putOthers(aws);
    for (const stack of stacks) await up(stack.options);
    const { policy, notification } = await read(aws);
    for (const statement of statements) assert.ok(policy.includes(JSON.stringify(statement)), policy);
    const ids = notification.QueueConfigurations?.map(({ Id = "" }) => Id) ?? [];
    for (const name of ["one", "two"]) {
      assert.match(policy, new RegExp(`DenyInsecureTransportFor\\d{12}${name}"`));
      assert.equal(ids.filter((id) => id.endsWith(name)).length, 2, ids.join());
    }
    assert.deepEqual(withoutOwn(notification), others.notification);
    for (const stack of stacks) assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
  });

  it("keeps what one has where the other is destroyed, and has what it had where both are", async () => {
    const [one = assert.fail(), two = assert.fail()] = stacks;
    await destroy(one.options);
    const { policy, notification } = await read(aws);
    assert.doesNotMatch(`${policy}${JSON.stringify(notification)}`, /For\d{12}one/);
    assert.match(policy, /DenyTlsBelow12For\d{12}two/);
    assert.deepEqual(await preview({ ...two.options, refresh: true }), []);
    await destroy(two.options);
    assert.deepEqual(await read(aws), others);
  });
});

async function putOthers(aws: Aws): Promise<Shared> {
  const queues = await Promise.all(
    ["finance", "audit"].map(async (name) => {
      const QueueUrl = await createChannel(aws, name);
      const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
      return { name, QueueArn: Attributes?.QueueArn ?? "" };
    }),
  );
  await aws.s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: {
      QueueConfigurations: queues.map(({ name, QueueArn }) => ({
        Id: name,
        QueueArn,
        Events: ["s3:ObjectCreated:*"],
        Filter: { Key: { FilterRules: [{ Name: "prefix", Value: `${name}/` }] } },
      })),
      EventBridgeConfiguration: {},
    },
  });
  await aws.s3.putBucketPolicy({
    Bucket,
    Policy: JSON.stringify({ Version: "2012-10-17", Id: "Theirs", Statement: statements }),
  });
  return read(aws);
}

async function read({ s3 }: Aws): Promise<Shared> {
  const { Policy = "" } = await s3.getBucketPolicy({ Bucket });
  const { $metadata, ...notification } = await s3.getBucketNotificationConfiguration({ Bucket });
  return { policy: Policy, notification };
}

function withoutOwn(live: NotificationConfiguration): NotificationConfiguration {
  const { QueueConfigurations = [] } = live;
  return {
    ...live,
    QueueConfigurations: QueueConfigurations.filter(({ Id }) => !/For\d{12}/.test(Id ?? "")),
  };
}
