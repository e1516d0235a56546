import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAws } from "../../../automation/verify/clients";
import { SilentServer } from "../aws/silent-server";

describe("the clients of a verification", () => {
  const server = new SilentServer();
  let url: string;

  before(async () => {
    url = await server.start();
  });

  after(() => server.stop());

  it("end every call that is not answered, so that the process can end", async () => {
    const end = new AbortController();
    const services = ["s3", "iam", "sqs", "sns", "kms", "cloudwatch", "cloudtrail", "sts", "secretsmanager"];
    const values = {
      "aws:region": "us-east-1",
      "aws:accessKey": "AKIA",
      "aws:secretKey": "secret",
      "aws:s3UsePathStyle": "true",
      "aws:endpoints": [Object.fromEntries(services.map((service) => [service, url]))],
    };
    const file = { stack: "dev", values, encrypted: [], environments: [] };
    const keys = { accessKeyId: "AKIA", secretAccessKey: "secret" };
    const aws = await connectAws(file, { signal: end.signal, snowflake: keys });
    const calls = [
      aws.s3.listObjectsV2({ Bucket: "exports" }),
      aws.s3As(keys).listObjectsV2({ Bucket: "exports" }),
      aws.plainS3.getBucketLocation({ Bucket: "exports" }),
      aws.iam.getRole({ RoleName: "role" }),
      aws.sqs.getQueueUrl({ QueueName: "queue" }),
      aws.sns.getTopicAttributes({ TopicArn: "topic" }),
      aws.kms.describeKey({ KeyId: "key" }),
      aws.cloudWatch.describeAlarms({}),
      aws.cloudTrail.getTrail({ Name: "trail" }),
      aws.sts.getCallerIdentity({}),
      aws.snowflakeSts?.getCallerIdentity({}),
      aws.secrets.getSecretValue({ SecretId: "secret" }),
    ];
    const outcomes = Promise.allSettled(calls);
    while (server.connections < calls.length) await sleep(10);
    end.abort();
    for (const outcome of await outcomes) {
      assert.equal(outcome.status === "rejected" && outcome.reason.name, "AbortError");
    }
    while (server.connections > 0) await sleep(10);
  });
});
