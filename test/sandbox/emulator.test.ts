import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { dirname } from "node:path";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Emulator, EmulatorMissingError, startEmulator } from "../../automation/sandbox/emulator";

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

describe("the AWS emulator", function () {
  this.timeout(600_000);
  let emulator: Emulator;

  const client = (credentials: Credentials = emulator.credentials) => ({
    endpoint: emulator.endpoint,
    region: emulator.region,
    credentials: { ...credentials },
    requestHandler: { httpsAgent: { ca: readFileSync(emulator.caFile) } },
  });

  /** A new user with no rights but those given, and its key. */
  async function newUser(name: string, actions: readonly string[] = []): Promise<Credentials> {
    const iam = new IAMClient(client());
    await iam.send(new CreateUserCommand({ UserName: name }));
    if (actions.length > 0) {
      const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
      const { Policy } = await iam.send(
        new CreatePolicyCommand({
          PolicyName: name,
          PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
        }),
      );
      await iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn: Policy?.Arn }));
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    assert(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
    return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  }

  before(async function () {
    try {
      emulator = await startEmulator();
    } catch (error) {
      if (!(error instanceof EmulatorMissingError)) throw error;
      console.error(error.message);
      this.skip();
    }
  });

  after(() => emulator?.stop());

  it("answers on loopback as its own account", async () => {
    const { Account } = await new STSClient(client()).send(new GetCallerIdentityCommand({}));
    assert.equal(Account, emulator.accountId);
    const { QueueUrl } = await new SQSClient(client()).send(new CreateQueueCommand({ QueueName: "events" }));
    assert.equal(QueueUrl, `${emulator.endpoint}/${emulator.accountId}/events`);
  });

  it("is trusted by nobody who was not given its certificate", async () => {
    await assert.rejects(
      fetch(emulator.endpoint),
      ({ cause }) => cause.code === "DEPTH_ZERO_SELF_SIGNED_CERT",
    );
  });

  it("lets root create a bucket and refuses a user who has no rights", async () => {
    const root = new S3Client({ ...client(), forcePathStyle: true });
    await root.send(new CreateBucketCommand({ Bucket: "exports" }));
    const nobody = new S3Client({ ...client(await newUser("nobody")), forcePathStyle: true });
    await assert.rejects(nobody.send(new ListBucketsCommand({})), { name: "AccessDenied" });
  });

  it("hands out a role only for its external id", async () => {
    const caller = await newUser("braintrust", ["sts:AssumeRole"]);
    const { Role } = await new IAMClient(client()).send(
      new CreateRoleCommand({
        RoleName: "export",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${emulator.accountId}:root` },
              Action: "sts:AssumeRole",
              Condition: { StringLike: { "sts:ExternalId": "bt:org:*" } },
            },
          ],
        }),
      }),
    );
    const sts = new STSClient(client(caller));
    const assume = (ExternalId?: string) =>
      sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test", ExternalId }));

    const { Credentials } = await assume("bt:org:project");
    assert(Credentials?.SessionToken);
    await assert.rejects(assume("bt:other:project"), { name: "AccessDenied" });
    await assert.rejects(assume(), { name: "AccessDenied" });
  });

  it("is accepted as one that runs already, and then not stopped", async () => {
    const before = process.env.AWS_CA_BUNDLE;
    process.env.AWS_CA_BUNDLE = emulator.caFile;
    try {
      const same = await startEmulator({ endpoint: `${emulator.endpoint}/` });
      const { stop: _, ...access } = same;
      const { stop: __, ...expected } = emulator;
      assert.deepEqual(access, { ...expected, goesOn: true });
      await same.stop();
    } finally {
      if (before === undefined) delete process.env.AWS_CA_BUNDLE;
      else process.env.AWS_CA_BUNDLE = before;
    }
    await new STSClient(client()).send(new GetCallerIdentityCommand({}));
  });

  it("does not meet a second one, and is gone with its files when stopped", async () => {
    const second = await startEmulator();
    assert.notEqual(second.endpoint, emulator.endpoint);
    const folder = dirname(second.caFile);
    assert(existsSync(folder));
    // Its own certificate, since another server may have taken its port by then.
    const ca = readFileSync(second.caFile);
    const answers = () => once(get(second.endpoint, { ca, agent: false }), "response");
    await answers();
    await second.stop();
    await second.stop();
    assert(!existsSync(folder));
    await assert.rejects(answers());
  });
});
