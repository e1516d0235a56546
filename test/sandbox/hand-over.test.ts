import assert from "node:assert/strict";
import { type Change, type PipelineOutputs, preview, refresh, up } from "../../automation";
import { EXTERNAL_ID, SNOWFLAKE_USER } from "../../automation/sandbox/project";
import {
  createSnowflakeUser,
  exportAsBraintrust,
  readAsSnowflake,
  receiveEvents,
} from "../../automation/sandbox/third-parties";
import { type ConnectResult, connect } from "../../automation/snowflake/handshake/connect";
import { loadAnswers, setupAnswers } from "../snowflake-answers";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const modes = ["snowflake-queue", "sns", "queue", "none"] as const;
type Mode = (typeof modes)[number];

const PREFIXES = ["braintrust-exports/logs/", "braintrust-exports/spans/"];
const CHANNEL = "sf-snowpipe-hand-over";
/** Snowflake's users live in the emulator's one account. */
const snowflakeAccount = {
  iamUserArn: `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`,
  subscriberArn: `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`,
  queueArn: `arn:aws:sqs:us-east-1:000000000000:${CHANNEL}`,
};

/** Prefix and destination of a configuration that the bucket has. */
type Target = readonly [prefix: string, destination: string | undefined];

interface HandOver {
  readonly first: PipelineOutputs;
  /** What came of each part of Snowflake's answers. */
  readonly results: readonly ConnectResult[];
  readonly told: readonly Target[];
  /** What a preview with refresh sees after that. */
  readonly left: readonly Change[];
  /** Files of Braintrust's, those that were announced, and the bytes that Snowflake read of each. */
  readonly keys: readonly string[];
  readonly announced: readonly string[];
  readonly sizes: readonly number[];
  /** What came of the same answers once more, what a refresh found then, and whom the bucket tells. */
  readonly again: ConnectResult;
  readonly refreshed: readonly Change[];
  readonly toldAgain: readonly Target[];
}

describe("the hand-over to Snowflake", () => {
  const sandbox = useSandbox();
  const done = new Map<Mode, Promise<HandOver>>();
  let aws: Aws;
  let snowflake: Awaited<ReturnType<typeof createSnowflakeUser>>;
  let channelUrl: string;

  before(async () => {
    const stacks = await Promise.all(
      modes.map(
        async (mode) =>
          [mode, await sandbox.stack(`dev-${mode}`, { events: { mode }, snowflake: settings })] as const,
      ),
    );
    const [[, stack]] = stacks as [(typeof stacks)[number]];
    aws = stack.clients();
    snowflake = await createSnowflakeUser(stack.file);
    channelUrl = await createChannel(aws, CHANNEL);
    // Most of the time passes in the provider's waits, which all stacks share.
    for (const [mode, each] of stacks) done.set(mode, handOver(each));
    await Promise.allSettled(done.values());
  });

  for (const mode of modes) {
    it(`ends with a connected stack, in mode ${mode}`, async () => {
      const { first, results } = await finished(mode);
      const deployed = results.filter(({ outcome }) => outcome === "deployed");
      assert.deepEqual(
        [first.phase, ...deployed.map(({ phase }) => phase)],
        mode === "snowflake-queue"
          ? ["awaiting-snowflake", "awaiting-channel", "connected"]
          : ["awaiting-snowflake", "connected"],
      );
      assert.deepEqual(results.at(-1)?.awaited, []);
    });

    it(`leaves exactly one notification for each stream, in mode ${mode}`, async () => {
      const { first, told, left } = await finished(mode);
      const destination = {
        "snowflake-queue": snowflakeAccount.queueArn,
        sns: first.notificationTopicArn,
        queue: first.notificationQueueArn,
        none: undefined,
      }[mode];
      assert.deepEqual(told, mode === "none" ? [] : PREFIXES.map((prefix) => [prefix, destination]));
      assert.deepEqual(left, []);
    });

    it(`announces each file of Braintrust's once and lets Snowflake read it, in mode ${mode}`, async () => {
      const { keys, announced, sizes } = await finished(mode);
      assert.deepEqual([...announced].sort(), mode === "none" ? [] : [...keys].sort());
      assert.equal(sizes.length, keys.length);
      assert.ok(
        sizes.every((size) => size > 0),
        String(sizes),
      );
    });

    it(`changes nothing when the same answers come again, in mode ${mode}`, async () => {
      const { again, refreshed, told, toldAgain } = await finished(mode);
      assert.deepEqual(
        [again.outcome, again.changes, again.behind, again.phase],
        ["unchanged", [], false, "connected"],
      );
      assert.deepEqual(refreshed, []);
      assert.deepEqual(toldAgain, told);
    });
  }

  const finished = (mode: Mode) => done.get(mode) ?? assert.fail("the hand-over was not begun");

  /** From `up` on, with Snowflake's answers as they come, and once more when all is done. */
  async function handOver(stack: SandboxStack): Promise<HandOver> {
    const { outputs: first } = await up(stack.options);
    const results = await answerAll(stack, first);
    const told = await targets(first.bucketName);
    const left = await preview({ ...stack.options, refresh: true });

    const keys = await exportAsBraintrust(stack.file, first);
    const ours = first.notificationQueueUrl === undefined ? { notificationQueueUrl: channelUrl } : {};
    const announced =
      first.eventsMode === "none" ? [] : await receiveEvents(stack.file, { ...first, ...ours }, keys);
    const sizes = await readAsSnowflake(stack.file, first, snowflake, keys);

    const again = await connect({ ...stack.options, answers: answersOf(first) });
    const refreshed = await refresh(stack.options);
    const toldAgain = await targets(first.bucketName);
    return { first, results, told, left, keys, announced, sizes, again, refreshed, toldAgain };
  }

  /** Whom the bucket tells of what. */
  async function targets(Bucket: string): Promise<Target[]> {
    const { QueueConfigurations = [], TopicConfigurations = [] } =
      await aws.s3.getBucketNotificationConfiguration({ Bucket });
    return [
      ...QueueConfigurations.map(({ Filter, QueueArn }) => [Filter, QueueArn] as const),
      ...TopicConfigurations.map(({ Filter, TopicArn }) => [Filter, TopicArn] as const),
    ]
      .map(
        ([filter, arn]): Target => [(filter?.Key?.FilterRules ?? []).map(({ Value }) => Value).join(), arn],
      )
      .sort();
  }
});

/** Snowflake's user is not known yet; the external id is ours. */
const settings = { externalId: EXTERNAL_ID, errorNotifications: { enabled: true } };

/** To the integrations first, then to the pipes. */
async function answerAll(stack: SandboxStack, first: PipelineOutputs): Promise<ConnectResult[]> {
  return [
    await connect({ ...stack.options, answers: setupAnswers(first, snowflakeAccount) }),
    ...(hasPipes(first)
      ? [await connect({ ...stack.options, answers: loadAnswers(first, snowflakeAccount) })]
      : []),
  ];
}

function answersOf(outputs: PipelineOutputs): string {
  const pipes = hasPipes(outputs) ? [loadAnswers(outputs, snowflakeAccount)] : [];
  return [setupAnswers(outputs, snowflakeAccount), ...pipes].join("\n");
}

/** Whether the SQL makes pipes that answer with a channel. */
function hasPipes({ eventsMode }: PipelineOutputs): boolean {
  return eventsMode === "snowflake-queue" || eventsMode === "sns";
}
