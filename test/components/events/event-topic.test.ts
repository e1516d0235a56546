import assert from "node:assert/strict";
import { EventTopic, type EventTopicArgs } from "../../../components/events/event-topic";
import { account, deploy, resolved } from "../../support";

const topicArn = "arn:aws:sns:us-east-1:123456789012:events";
const administration = {
  Sid: "AdministerTopic",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: [
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
  ],
  Resource: topicArn,
};
const denyPlainHttp = {
  Sid: "DenyInsecureTransport",
  Effect: "Deny",
  Principal: "*",
  Action: "sns:Publish",
  Resource: topicArn,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

describe("EventTopic", () => {
  const build = (args: Partial<EventTopicArgs> = {}) =>
    deploy(() => new EventTopic("topic", { topicName: "events", account: account(), ...args }));

  it("is the account's alone where nobody else is named", async () => {
    const { deployed, result } = await build();
    assert.deepEqual(deployed.only("aws:sns/topic:Topic").inputs, { name: "events" });
    const policy = deployed.only("aws:sns/topicPolicy:TopicPolicy");
    assert.equal(policy.inputs.arn, topicArn);
    assert.deepEqual(deployed.statements(policy), [administration, denyPlainHttp]);
    assert.equal(await resolved(result.topicArn), topicArn);
  });

  it("lets the one bucket publish and Snowflake's one principal subscribe", async () => {
    const { deployed } = await build({
      publisher: {
        service: "s3.amazonaws.com",
        sourceArn: "arn:aws:s3:::acme-exports",
        sourceAccount: "123456789012",
      },
      subscriberArn: "arn:aws:iam::444455556666:user/snow",
    });
    assert.deepEqual(deployed.statements(deployed.only("aws:sns/topicPolicy:TopicPolicy")), [
      administration,
      {
        Sid: "AllowEvents",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: {
          ArnEquals: { "aws:SourceArn": "arn:aws:s3:::acme-exports" },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
      {
        Sid: "AllowSnowflakeSubscription",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::444455556666:user/snow" },
        Action: "sns:Subscribe",
        Resource: topicArn,
      },
      denyPlainHttp,
    ]);
  });

  it("lies under its key", async () => {
    const { deployed } = await build({ kmsKeyArn: "arn:key" });
    assert.deepEqual(deployed.only("aws:sns/topic:Topic").inputs, {
      name: "events",
      kmsMasterKeyId: "arn:key",
    });
  });
});
