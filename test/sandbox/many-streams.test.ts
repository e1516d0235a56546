import assert from "node:assert/strict";
import { type PipelineOutputs, preview, up } from "../../automation";
import {
  createSnowflakeUser,
  exportAsBraintrust,
  readAsSnowflake,
  receiveEvents,
} from "../../automation/sandbox/third-parties";
import { ofThisTurn } from "../turn";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const CHANNEL = "sf-snowpipe-many";
const names = Array.from({ length: 1_000 }, (_, index) => `team-${String(index).padStart(4, "0")}`);

/** Every stream of them by one queue, as the pipes of one Snowflake account have it. */
function settings(count: number) {
  const streams = names.slice(0, count).map((name) => ({ name }));
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${CHANNEL}`;
  const notificationChannels = Object.fromEntries(streams.map(({ name }) => [name, queueArn]));
  return { streams, events: { mode: "snowflake-queue", notificationChannels } };
}

/** The filters of its notification: one for each stream, or one for all. */
const filtersOf = (count: number) =>
  count > 100 ? ["braintrust-exports/"] : names.slice(0, count).map((name) => `braintrust-exports/${name}/`);

/** From and to how many streams. */
const ways = [
  [1_000, 100],
  [100, 1_000],
] as const;

for (const [from, to] of ofThisTurn(ways, ways.length)) {
  describe(`${from} streams, and then ${to}`, () => {
    const sandbox = useSandbox();
    let aws: Aws;
    let stack: SandboxStack;
    let snowflake: Awaited<ReturnType<typeof createSnowflakeUser>>;
    let notificationQueueUrl: string;
    let outputs: PipelineOutputs;

    before(async () => {
      stack = await sandbox.stack("many", settings(from));
      aws = stack.clients();
      snowflake = await createSnowflakeUser(stack.file);
      notificationQueueUrl = await createChannel(aws, CHANNEL);
    });

    it("come up, and there is nothing to change after that", async () => {
      ({ outputs } = await up(stack.options));
      assert.equal(outputs.phase, "connected");
      assert.deepEqual(await filters(), filtersOf(from));
      assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
      assert.deepEqual((await up(stack.options)).changes, []);
    });

    it("each have their files announced to Snowflake, and read by it", async () => {
      await assertFlow(["team-0000", "team-0099", "team-0100", "team-0999"].slice(0, from > 100 ? 4 : 2));
    });

    it("lose no event of the first hundred on the way, while Braintrust writes", async () => {
      await stack.configure(settings(to));
      const keys: string[] = [];
      let isUpdated = false;
      const updated = up(stack.options).finally(() => {
        isUpdated = true;
      });
      for (let index = 0; !isUpdated; index += 1) keys.push(...(await exportTo([names[index % 100] ?? ""])));
      ({ outputs } = await updated);
      assert.ok(keys.length > 0);
      const announced = await receiveEvents(stack.file, { notificationQueueUrl }, keys);
      assert.deepEqual(announced.sort(), [...keys].sort());
    });

    it("are then those that the settings name, with files in the bucket", async () => {
      assert.equal(outputs.streams.length, to);
      assert.deepEqual(await filters(), filtersOf(to));
      await assertFlow([names[to - 1] ?? ""]);
      assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
    });

    async function assertFlow(streams: readonly string[]): Promise<void> {
      const keys = await exportTo(streams);
      const announced = await receiveEvents(stack.file, { notificationQueueUrl }, keys);
      assert.deepEqual(announced.sort(), [...keys].sort());
      const sizes = await readAsSnowflake(stack.file, outputs, snowflake, keys);
      assert.deepEqual(
        sizes.map((size) => size > 0),
        keys.map(() => true),
      );
    }

    function exportTo(streams: readonly string[]): Promise<string[]> {
      return exportAsBraintrust(stack.file, {
        ...outputs,
        streams: outputs.streams.filter(({ name }) => streams.includes(name)),
      });
    }

    async function filters(): Promise<string[]> {
      const { QueueConfigurations = [] } = await aws.s3.getBucketNotificationConfiguration({
        Bucket: outputs.bucketName,
      });
      return QueueConfigurations.map(({ Filter }) => Filter?.Key?.FilterRules?.[0]?.Value ?? "").sort();
    }
  });
}
