import assert from "node:assert/strict";
import { type PipelineOutputs, preview, up } from "../../automation";
import {
  createSnowflakeUser,
  exportAsBraintrust,
  readAsSnowflake,
  receiveEvents,
} from "../../automation/sandbox/third-parties";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const CHANNEL = "sf-snowpipe-many";
const names = Array.from({ length: 1_000 }, (_, index) => `team-${String(index).padStart(4, "0")}`);
const kept = names.slice(0, 100);

/** Every stream of them by one queue, as the pipes of one Snowflake account have it. */
function settings(count: number) {
  const streams = names.slice(0, count).map((name) => ({ name }));
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${CHANNEL}`;
  const notificationChannels = Object.fromEntries(streams.map(({ name }) => [name, queueArn]));
  return { streams, events: { mode: "snowflake-queue", notificationChannels } };
}

describe("a thousand streams", () => {
  const sandbox = useSandbox();
  let aws: Aws;
  let stack: SandboxStack;
  let snowflake: Awaited<ReturnType<typeof createSnowflakeUser>>;
  let notificationQueueUrl: string;
  let outputs: PipelineOutputs;

  before(async () => {
    stack = await sandbox.stack("many", settings(1_000));
    aws = stack.clients();
    snowflake = await createSnowflakeUser(stack.file);
    notificationQueueUrl = await createChannel(aws, CHANNEL);
  });

  it("come up by one notification, and there is nothing to change after that", async () => {
    ({ outputs } = await up(stack.options));
    assert.equal(outputs.phase, "connected");
    assert.deepEqual(await filters(), ["braintrust-exports/"]);
    assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
    assert.deepEqual((await up(stack.options)).changes, []);
  });

  it("each have their files announced to Snowflake, and read by it", async () => {
    const keys = await exportTo(["team-0000", "team-0099", "team-0100", "team-0999"]);
    const announced = await receiveEvents(stack.file, { notificationQueueUrl }, keys);
    assert.deepEqual(announced.sort(), [...keys].sort());
    const sizes = await readAsSnowflake(stack.file, outputs, snowflake, keys);
    assert.ok(
      sizes.every((size) => size > 0),
      sizes.join(),
    );
  });

  for (const [count, expected] of [
    [100, kept.map((name) => `braintrust-exports/${name}/`)],
    [1_000, ["braintrust-exports/"]],
  ] as const) {
    it(`lose no event of the first hundred on the way to ${count}, while Braintrust writes`, async () => {
      await stack.configure(settings(count));
      const keys: string[] = [];
      const updated = up(stack.options).finally(() => {
        isUpdated = true;
      });
      let isUpdated = false;
      for (let index = 0; !isUpdated; index += 1) keys.push(...(await exportTo([kept[index % 100] ?? ""])));
      await updated;
      assert.ok(keys.length > 0);
      keys.push(...(await exportTo(kept.slice(-1))));
      const announced = await receiveEvents(stack.file, { notificationQueueUrl }, keys);
      assert.deepEqual(announced.sort(), [...keys].sort());
      assert.deepEqual(await filters(), expected);
      assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
    });
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
