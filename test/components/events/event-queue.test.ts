import assert from "node:assert/strict";
import { EventQueue, type EventSource } from "../../../components/events/event-queue";
import { account, deploy, resolved, type Statement } from "../../support";

const queueArn = "arn:aws:sqs:us-east-1:123456789012:events";
const fromBucket: EventSource = {
  service: "s3.amazonaws.com",
  sourceArn: "arn:aws:s3:::acme-exports",
  sourceAccount: "123456789012",
};

describe("EventQueue", () => {
  const build = (source = fromBucket) =>
    deploy(() => new EventQueue("queue", { queueName: "events", account: account(), source }));
  const denyPlainHttp = (arn: string): Statement => ({
    Sid: "DenyInsecureTransport",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });

  it("keeps events for 14 days, encrypted, and moves what fails five times to the dead-letter queue", async () => {
    const { deployed } = await build();
    const { redrivePolicy, policy, ...inputs } = deployed.named("queue", "aws:sqs/queue:Queue").inputs;
    assert.deepEqual(inputs, {
      name: "events",
      messageRetentionSeconds: 1_209_600,
      visibilityTimeoutSeconds: 60,
      sqsManagedSseEnabled: true,
    });
    assert.deepEqual(JSON.parse(String(redrivePolicy)), {
      deadLetterTargetArn: `${queueArn}-dlq`,
      maxReceiveCount: 5,
    });
    assert.equal(typeof policy, "string");
  });

  it("has a dead-letter queue, for itself alone", async () => {
    const { deployed } = await build();
    const deadLetters = deployed.named("queue-dead-letters");
    const { policy, redriveAllowPolicy, ...inputs } = deadLetters.inputs;
    assert.deepEqual(inputs, {
      name: "events-dlq",
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    assert.deepEqual(JSON.parse(String(redriveAllowPolicy)), {
      redrivePermission: "byQueue",
      sourceQueueArns: [queueArn],
    });
    assert.deepEqual(JSON.parse(String(policy)).Statement, [denyPlainHttp(`${queueArn}-dlq`)]);
  });

  it("takes events of the one bucket of the one account", async () => {
    const { deployed } = await build();
    assert.deepEqual(deployed.statements(deployed.named("queue", "aws:sqs/queue:Queue")), [
      {
        Sid: "AllowEvents",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: {
          ArnEquals: { "aws:SourceArn": "arn:aws:s3:::acme-exports" },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
      denyPlainHttp(queueArn),
    ]);
  });

  it("takes messages of the one topic, whose ARN names its account", async () => {
    const { deployed } = await build({ service: "sns.amazonaws.com", sourceArn: "arn:topic" });
    const [allow] = deployed.statements(deployed.named("queue", "aws:sqs/queue:Queue"));
    assert.deepEqual(allow?.Principal, { Service: "sns.amazonaws.com" });
    assert.deepEqual(allow?.Condition, { ArnEquals: { "aws:SourceArn": "arn:topic" } });
  });

  it("tells where it is", async () => {
    const { result } = await build();
    assert.equal(await resolved(result.queueArn), queueArn);
    assert.equal(await resolved(result.deadLetterQueueArn), `${queueArn}-dlq`);
    assert.equal(await resolved(result.queueUrl), "https://sqs.us-east-1.amazonaws.com/123456789012/events");
  });
});
