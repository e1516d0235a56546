import assert from "node:assert/strict";
import { destroy, PipelineError, type PipelineOutputs, preview, refresh, up } from "../../automation";
import { EXTERNAL_ID, SNOWFLAKE_USER } from "../../automation/sandbox/project";
import {
  createSnowflakeUser,
  exportAsBraintrust,
  readAsSnowflake,
  receiveEvents,
} from "../../automation/sandbox/third-parties";
import { type Aws, createChannel, inventory, type SandboxStack, useSandbox } from "./harness";

const SNOWFLAKE_ARN = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
const CHANNEL = "sf-snowpipe-dev";

/** The sandbox's own settings give way to the stack's defaults. */
const defaults = { streams: undefined, events: undefined, protect: undefined, forceDestroy: undefined };
const devSettings = {
  ...defaults,
  events: { notificationChannels: { logs: `arn:aws:sqs:us-east-1:000000000000:${CHANNEL}` } },
};
const prodSettings = {
  ...defaults,
  streams: [{ name: "logs" }, { name: "spans", format: "parquet" }],
  snowflake: {
    access: "user",
    snsSubscriberArn: SNOWFLAKE_ARN,
    errorNotifications: { enabled: true, iamUserArn: SNOWFLAKE_ARN, externalId: EXTERNAL_ID },
  },
  events: { mode: "sns" },
  objectLock: { mode: "GOVERNANCE", days: 1 },
  protect: false,
};

describe("dev and prod side by side in one account", () => {
  const sandbox = useSandbox();
  let aws: Aws;
  let dev: SandboxStack;
  let prod: SandboxStack;
  let snowflake: Awaited<ReturnType<typeof createSnowflakeUser>>;
  let channelUrl: string;
  const outputs = new Map<SandboxStack, PipelineOutputs>();
  const exported = new Map<SandboxStack, string[]>();
  /** What the account held before the stacks, and with dev alone. */
  let empty: string[];
  let withDev: string[];

  const outputsOf = (stack: SandboxStack) => outputs.get(stack) ?? assert.fail("the stack is not up");

  before(async () => {
    dev = await sandbox.stack("dev-a", devSettings);
    prod = await sandbox.stack("prod-b", prodSettings);
    aws = dev.clients();
    snowflake = await createSnowflakeUser(dev.file);
    channelUrl = await createChannel(aws, CHANNEL);
    empty = await inventory(aws);
  });

  it("both come up", async () => {
    outputs.set(dev, (await up(dev.options)).outputs);
    withDev = await inventory(aws);
    outputs.set(prod, (await up(prod.options)).outputs);
    assert.deepEqual(
      [dev, prod].map((stack) => outputsOf(stack).phase),
      ["connected", "connected"],
    );
  });

  for (const name of ["dev", "prod"] as const) {
    it(`${name} has nothing to change after that, in the program or in AWS`, async () => {
      const { options } = { dev, prod }[name];
      assert.deepEqual(await preview({ ...options, refresh: true }), []);
      assert.deepEqual(await refresh(options), []);
      assert.deepEqual(await preview(options), []);
    });
  }

  it("each announces what Braintrust writes", async () => {
    for (const stack of [dev, prod]) {
      const keys = await exportAsBraintrust(stack.file, outputsOf(stack));
      const queue = stack === dev ? { notificationQueueUrl: channelUrl } : {};
      const announced = await receiveEvents(stack.file, { ...outputsOf(stack), ...queue }, keys);
      assert.deepEqual(announced.sort(), [...keys].sort());
      exported.set(stack, keys);
    }
  });

  it("Snowflake reads each file, by role in dev and by its user's key in prod", async () => {
    const sizes = await readAsSnowflake(dev.file, outputsOf(dev), snowflake, exported.get(dev) ?? []);
    assert.deepEqual(sizes, await sizesIn(dev));
    const { snowflakeAccessKeyId = "", snowflakeSecretAccessKey = "", bucketName } = outputsOf(prod);
    const reader = prod.s3As({
      accessKeyId: snowflakeAccessKeyId,
      secretAccessKey: snowflakeSecretAccessKey,
    });
    for (const Key of exported.get(prod) ?? []) {
      const { Body } = await reader.getObject({ Bucket: bucketName, Key });
      assert.ok(await Body?.transformToByteArray());
    }
    await assert.rejects(reader.listObjectsV2({ Bucket: outputsOf(dev).bucketName }), {
      name: "AccessDenied",
    });
  });

  it("prod's exports are not destroyed unless its settings say so", async () => {
    await assert.rejects(destroy(prod.options), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /still holds objects or versions: .*with forceDestroy set to true/);
      return true;
    });
    await prod.configure({ ...prodSettings, forceDestroy: true });
    await up(prod.options);
  });

  it("prod goes, and leaves dev and its exports as they were", async () => {
    await destroy({ ...prod.options, remove: true });
    assert.deepEqual(await inventory(aws), withDev);
    assert.deepEqual(await preview({ ...dev.options, refresh: true }), []);
    assert.deepEqual(
      await readAsSnowflake(dev.file, outputsOf(dev), snowflake, exported.get(dev) ?? []),
      await sizesIn(dev),
    );
  });

  it("dev goes as well, and nothing is left in the account", async () => {
    await destroy({ ...dev.options, remove: true });
    assert.deepEqual(await inventory(aws), empty);
  });

  async function sizesIn(stack: SandboxStack): Promise<(number | undefined)[]> {
    const { bucketName: Bucket } = outputsOf(stack);
    const heads = (exported.get(stack) ?? []).map((Key) => aws.s3.headObject({ Bucket, Key }));
    return (await Promise.all(heads)).map(({ ContentLength }) => ContentLength);
  }
});
