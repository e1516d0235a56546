import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PipelineError, type PipelineOutputs, preview, up } from "../../automation";
import { planStack } from "../../automation/plan/plan";
import { isLeaf } from "../../automation/plan/resource-tree";
import { EXTERNAL_ID, SNOWFLAKE_USER, sandboxSettings } from "../../automation/sandbox/project";
import { exportAsBraintrust, receiveEvents } from "../../automation/sandbox/third-parties";
import type { Base } from "../changes/bases";
import { differenceOf, lossesOf, stepsOf } from "../changes/difference";
import { othersOf } from "../changes/matrix";
import type { Planned } from "../changes/plans";
import { lossesNamed, stepsDone, stepsPlanned } from "../changes/steps";
import { isWhole, ofThisTurn } from "../turn";
import { type Aws, inventory, type Overrides, type SandboxStack, useSandbox } from "./harness";

/** Settings to change to, and what must hold in addition: no data is lost. */
interface Step {
  readonly title: string;
  readonly settings: Overrides;
  /** Resources without which `up` will not continue unless losses are allowed. */
  readonly losses?: readonly string[];
  readonly outputs: Partial<PipelineOutputs>;
  /** Outputs that the stack has, or has no more. */
  readonly has: readonly (keyof PipelineOutputs)[];
  readonly lacks: readonly (keyof PipelineOutputs)[];
}

/** A file of the bucket, as it was written. */
interface Version {
  readonly id: string;
  readonly hash: string;
}

const snowflakeArn = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
const logs = { name: "logs", format: "jsonl" };
const spans = { name: "spans", format: "parquet" };
/** The sandbox's own settings give way to those of a new stack. */
const defaults: Overrides = { streams: undefined, events: undefined };

const readers = ["reader", "auditor"].map((name) => ({ arn: `arn:aws:iam::111122223333:role/${name}` }));
const everything: Overrides = {
  streams: [logs, spans],
  braintrust: { accountId: "000000000000", orgId: "sandbox-org", permissions: "least" },
  snowflake: {
    access: "user",
    snsSubscriberArn: snowflakeArn,
    errorNotifications: { enabled: true, iamUserArn: snowflakeArn, externalId: EXTERNAL_ID },
  },
  events: { mode: "sns", suffix: ".jsonl" },
  crossAccountReaders: readers,
  encryption: "kms",
  lifecycle: { profile: "instant", expireDays: 400 },
  objectLock: { mode: "GOVERNANCE", days: 1 },
  accessLogs: { enabled: true },
};

const inAnotherOrder: Overrides = {
  ...everything,
  streams: [spans, logs],
  crossAccountReaders: [...readers].reverse(),
};

const steps: readonly Step[] = [
  {
    title: "the defaults",
    settings: defaults,
    outputs: { eventsMode: "snowflake-queue" },
    has: ["snowflakeRoleArn"],
    lacks: [
      "kmsKeyArn",
      "notificationQueueArn",
      "notificationTopicArn",
      "snowflakeSecretArn",
      "errorTopicArn",
    ],
  },
  {
    title: "a key, a topic, a user, a lock, logs, least permissions, other readers, a second stream",
    settings: everything,
    losses: ["pipeline-snowflake"],
    outputs: { eventsMode: "sns" },
    has: ["kmsKeyArn", "notificationQueueArn", "notificationTopicArn", "snowflakeSecretArn", "errorTopicArn"],
    lacks: ["snowflakeRoleArn", "snowflakeExternalId"],
  },
  {
    title: "the same with its lists in another order",
    settings: inAnotherOrder,
    outputs: { eventsMode: "sns" },
    has: ["kmsKeyArn", "notificationQueueArn", "notificationTopicArn", "snowflakeSecretArn", "errorTopicArn"],
    lacks: ["snowflakeRoleArn", "snowflakeExternalId"],
  },
  {
    title:
      "a queue for the topic, a role for the user, no lock, no rules of the lifecycle, another second stream",
    settings: {
      streams: [logs, { name: "traces", format: "jsonl" }],
      events: { mode: "queue" },
      encryption: "kms",
      lifecycle: { profile: "none" },
      accessLogs: { enabled: true, retentionDays: 30 },
    },
    losses: [
      "pipeline-errors-role",
      "pipeline-errors-topic",
      "pipeline-events-topic",
      "pipeline-snowflake-user",
      "pipeline-snowflake-user-secret",
    ],
    outputs: { eventsMode: "queue" },
    has: ["kmsKeyArn", "notificationQueueArn", "snowflakeRoleArn", "snowflakeExternalId"],
    lacks: ["notificationTopicArn", "snowflakeSecretArn", "snowflakeAccessKeyId", "errorTopicArn"],
  },
  {
    title: "no events, a lock again, no logs, intelligent tiering",
    settings: {
      ...defaults,
      events: { mode: "none" },
      encryption: "kms",
      lifecycle: { profile: "instant", intelligentTiering: true },
      objectLock: { mode: "GOVERNANCE", days: 2 },
    },
    losses: ["pipeline-bucket-access-logs"],
    outputs: { eventsMode: "none" },
    has: ["kmsKeyArn", "snowflakeRoleArn"],
    lacks: ["notificationQueueArn"],
  },
  {
    title: "the defaults again, without the key",
    settings: defaults,
    losses: ["pipeline-key"],
    outputs: { eventsMode: "snowflake-queue" },
    has: ["snowflakeRoleArn"],
    lacks: ["kmsKeyArn", "notificationQueueArn", "snowflakeSecretArn"],
  },
];

/** One setting in so many has its turn. */
const SHARES = 50;

/** What this emulator has no answer for, and what names something of an account that is not there. */
const untried =
  /^(monitoring|auditTrail|replication|existing\w+|kmsKeyArn|iam\.permissionsBoundaryArn|iam\.names\.snowflakeGroup)\b/;

const accountId = "000000000000";
const inOrder: Base = {
  stack: "dev-settings",
  title: "the sandbox with its lists in another order",
  settings: sandboxSettings({ accountId }, inAnotherOrder),
};
// The provider waits a minute for each change of a lifecycle; the steps above have some.
const brief = (key: string) => !key.startsWith("lifecycle.");
const samples = othersOf(inOrder).filter(({ key }) => !untried.test(key) && (isWhole() || brief(key)));

describe("settings that change under a bucket with exports", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let aws: Aws;
  let created: Date | undefined;
  let deployed: Planned = { resources: [], outputs: {} };
  /** Version and hash of each file, by its key. */
  const files = new Map<string, Version>();

  before(async () => {
    stack = await sandbox.stack("dev-settings", defaults);
    aws = stack.clients();
  });

  for (const { title, settings, losses, ...expected } of steps) {
    it(`to ${title}`, async () => {
      await stack.configure(settings);
      if (losses !== undefined) await assertRefused(losses);
      const outputs = await deploy(losses !== undefined);
      assert.deepEqual({ ...outputs, ...expected.outputs }, outputs);
      const present = [...expected.has, ...expected.lacks].filter((name) => outputs[name] !== undefined);
      assert.deepEqual(present, expected.has);

      if (losses?.includes("pipeline-key")) await forgetFilesUnderKey(outputs);
      await assertKept(outputs);
      assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
      await addFiles(outputs, settings);
    });

    if (settings === inAnotherOrder) changesByTurn();
  }

  function changesByTurn(): void {
    for (const { key, others } of ofThisTurn(samples, SHARES)) {
      it(`by ${key} and back, or not without --allow-loss`, async () => {
        const { losses } = await configureOneOf(others);
        if (losses.length > 0) await assertRefused(losses);
        else {
          await assertKept(await deploy());
          assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
        }
        await stack.configure(inAnotherOrder);
        await assertKept(await deploy());
      });
    }
  }

  /** Writes the first settings that change a resource and lose nothing, or else the last; returns what they lose. */
  async function configureOneOf(others: readonly Base[]): Promise<{ losses: string[] }> {
    // The sandbox's own settings would fill in what these leave to its default.
    const unset = Object.fromEntries(Object.keys(inOrder.settings).map((key) => [key, undefined]));
    let losses: string[] = [];
    for (const { settings } of others) {
      await stack.configure({ ...unset, ...settings });
      const difference = differenceOf(deployed, await plan());
      losses = lossesOf(difference)
        .map(({ name }) => name)
        .sort();
      if (losses.length === 0 && stepsOf(difference).length > 0) break;
    }
    return { losses };
  }

  /** Does what the two plans say, and nothing else. */
  async function deploy(allowLoss = false): Promise<PipelineOutputs> {
    const { outputs, changes } = await up({ ...stack.options, allowLoss });
    const planned = await plan();
    assert.deepEqual(stepsDone(changes), stepsPlanned(differenceOf(deployed, planned)));
    deployed = planned;
    return outputs;
  }

  /** What the program should have deployed, evaluated offline. */
  async function plan(): Promise<Planned> {
    const { resources, outputs } = await planStack(stack.target.stack, stack.target.workDir);
    return { resources: resources.filter(isLeaf), outputs };
  }

  /** Nothing has been touched when `up` refuses. */
  async function assertRefused(losses: readonly string[]): Promise<void> {
    const before = await inventory(aws);
    await assert.rejects(up(stack.options), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.deepEqual(lossesNamed(error), losses);
      return true;
    });
    assert.deepEqual(await inventory(aws), before);
  }

  /** The bucket is still the first one, and every file in it is the version that it was, with the bytes that it had. */
  async function assertKept({ bucketName: Bucket }: PipelineOutputs): Promise<void> {
    const bucket = (await aws.s3.listBuckets()).Buckets?.find(({ Name }) => Name === Bucket);
    created ??= bucket?.CreationDate;
    assert.ok(created);
    assert.deepEqual(bucket?.CreationDate, created);
    for (const [Key, version] of files) assert.deepEqual(await versionOf(Bucket, Key), version, Key);
  }

  /** Braintrust writes under the new settings; what a queue of ours was to receive, it receives. */
  async function addFiles(outputs: PipelineOutputs, { events }: Overrides): Promise<void> {
    const keys = await exportAsBraintrust(stack.file, outputs);
    for (const key of keys) files.set(key, await versionOf(outputs.bucketName, key));
    if (outputs.notificationQueueUrl === undefined) return;
    const { suffix = "" } = (events ?? {}) as { suffix?: string };
    const awaited = keys.filter((key) => key.endsWith(suffix));
    assert.deepEqual((await receiveEvents(stack.file, outputs, awaited)).sort(), [...awaited].sort());
  }

  /** AWS opens no file whose key is gone. */
  async function forgetFilesUnderKey({ bucketName: Bucket }: PipelineOutputs): Promise<void> {
    for (const Key of files.keys()) {
      const { ServerSideEncryption } = await aws.s3.headObject({ Bucket, Key });
      if (ServerSideEncryption === "aws:kms") files.delete(Key);
    }
    assert.ok(files.size > 0);
  }

  async function versionOf(Bucket: string, Key: string): Promise<Version> {
    const { Body, VersionId } = await aws.s3.getObject({ Bucket, Key });
    assert.ok(VersionId !== undefined, `${Key} has no version`);
    const bytes = (await Body?.transformToByteArray()) ?? assert.fail(`${Key} is empty`);
    return { id: VersionId, hash: createHash("sha256").update(bytes).digest("hex") };
  }
});
