import assert from "node:assert/strict";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { type PipelineOutputs, preview, up } from "../../automation";
import { type KeyService, keyService } from "../../automation/keys/access-keys";
import { rotateKeys } from "../../automation/keys/rotate-keys";
import type { Wait } from "../../automation/keys/rotation-steps";
import { SNOWFLAKE_USER } from "../../automation/sandbox/project";
import { createSnowflakeUser, exportAsBraintrust } from "../../automation/sandbox/third-parties";
import { connect } from "../../automation/snowflake/handshake/connect";
import { loadAnswers, setupAnswers } from "../snowflake-answers";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const CHANNEL = "sf-snowpipe-user-access";
const user = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
const snowflakeAccount = {
  iamUserArn: user,
  subscriberArn: user,
  queueArn: `arn:aws:sqs:us-east-1:000000000000:${CHANNEL}`,
};

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

describe("the hand-over to Snowflake as a user with keys, in production", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let aws: Aws;
  let outputs: PipelineOutputs;
  let exported: readonly string[];
  let first: Key;

  before(async () => {
    stack = await sandbox.stack("prod-user", {
      protect: true,
      forceDestroy: false,
      events: { mode: "snowflake-queue" },
      snowflake: { access: "user", errorNotifications: { enabled: true } },
    });
    aws = stack.clients();
    await createSnowflakeUser(stack.file);
    await createChannel(aws, CHANNEL);
    ({ outputs } = await up(stack.options));
  });

  it("ends with a connected stack, and changes nothing when the same answers come again", async () => {
    assert.equal(outputs.phase, "awaiting-channel");
    const answers = `${setupAnswers(outputs, snowflakeAccount)}\n${loadAnswers(outputs, snowflakeAccount)}`;
    const { outcome, phase, awaited } = await connect({ ...stack.options, answers });
    assert.deepEqual([outcome, phase, awaited], ["deployed", "connected", []]);
    const again = await connect({ ...stack.options, answers });
    assert.deepEqual([again.outcome, again.changes, again.behind], ["unchanged", [], false]);
  });

  it("lets Snowflake read with the key of the outputs, which is that of the secret, and not write", async () => {
    exported = await exportAsBraintrust(stack.file, outputs);
    first = await keyInSecret();
    const { snowflakeAccessKeyId: accessKeyId, snowflakeSecretAccessKey: secretAccessKey } = outputs;
    assert.deepEqual({ accessKeyId, secretAccessKey }, first);
    await reads(first);
    const s3 = stack.s3As(first);
    const [Key = ""] = exported;
    await assert.rejects(s3.putObject({ Bucket: outputs.bucketName, Key, Body: "x" }), isForbidden);
  });

  it("waits with two keys that both work, the new one in the secret", async () => {
    const waits: Wait[] = [];
    const result = await rotateKeys({ ...stack.options, onWait: (wait) => waits.push(wait) });
    assert.equal(result.kind, "waiting");
    assert.equal(waits.length, 1);
    const second = await keyInSecret();
    assert.deepEqual([waits[0]?.oldKey.id, waits[0]?.newKey.id], [first.accessKeyId, second.accessKeyId]);
    assert.notEqual(second.accessKeyId, first.accessKeyId);
    await reads(first);
    await reads(second);
  });

  it("ends with one key that works, and the old one is refused", async () => {
    const second = await keyInSecret();
    await reads(second);
    const keys = withUse(await keyService(stack.file), second.accessKeyId);
    const { kind } = await rotateKeys({ ...stack.options, quietMinutes: 0, keys });
    assert.equal(kind, "done");
    assert.equal((await keyInSecret()).accessKeyId, second.accessKeyId);
    await assert.rejects(reads(first), isForbidden);
    const { Users = [] } = await aws.iam.listUsers();
    const { UserName } = Users.find(({ UserName: name }) => name !== SNOWFLAKE_USER) ?? {};
    const { AccessKeyMetadata = [] } = await aws.iam.listAccessKeys({ UserName });
    assert.deepEqual(
      AccessKeyMetadata.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]),
      [[second.accessKeyId, "Active"]],
    );
    assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
  });

  async function keyInSecret(): Promise<Key> {
    const { SecretString = "" } = await aws.secrets.getSecretValue({ SecretId: outputs.snowflakeSecretArn });
    return JSON.parse(SecretString);
  }

  async function reads(key: Key): Promise<void> {
    const s3 = stack.s3As(key);
    for (const Key of exported) {
      const { Body } = await s3.getObject({ Bucket: outputs.bucketName, Key });
      assert.ok((await Body?.transformToByteArray())?.byteLength);
    }
    s3.destroy();
  }
});

/** Tells of a use of the key, as IAM does; the emulator keeps no record of uses. */
function withUse(service: KeyService, used: string): KeyService {
  return {
    ...service,
    keys: async (userName) =>
      (await service.keys(userName)).map((key) =>
        key.id === used ? { ...key, lastUsed: key.created } : key,
      ),
  };
}

function isForbidden(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403;
}
