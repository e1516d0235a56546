import assert from "node:assert/strict";
import type { Trust } from "../../../components/access/trust-policy";
import { LoadErrors } from "../../../components/events/load-errors";
import { physicalNames } from "../../../components/physical-names";
import { account, deploy, resolved } from "../../support";

const topicArn = "arn:aws:sns:us-east-1:123456789012:snowpipe-errors-dev";
const user = "arn:aws:iam::444455556666:user/abc1-b-self1234";

describe("LoadErrors", () => {
  const build = (trust?: Trust) =>
    deploy(() => new LoadErrors("errors", { names: physicalNames("dev"), account: account(), trust }));

  it("lets its role publish to its topic and do nothing else", async () => {
    const { deployed, result } = await build();
    const policy = deployed.only("aws:iam/rolePolicy:RolePolicy");
    assert.equal(policy.inputs.role, "SnowflakeErrorRole-dev");
    assert.deepEqual(deployed.statements(policy), [
      { Sid: "PublishErrors", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
    ]);
    assert.equal(await resolved(result.topicArn), topicArn);
    assert.equal(await resolved(result.roleArn), "arn:aws:iam::123456789012:role/SnowflakeErrorRole-dev");
  });

  it("trusts Snowflake's one user with the one external id, or nobody", async () => {
    const { deployed } = await build({ principalArns: [user], externalIds: ["e=1"], match: "StringEquals" });
    assert.deepEqual(deployed.statements(deployed.only("aws:iam/role:Role"), "assumeRolePolicy"), [
      {
        Sid: "AssumeWithExternalId",
        Effect: "Allow",
        Principal: { AWS: user },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "e=1" } },
      },
    ]);
    const untrusting = (await build()).deployed;
    assert.deepEqual(untrusting.statements(untrusting.only("aws:iam/role:Role"), "assumeRolePolicy"), [
      { Sid: "TrustNobodyYet", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("opens its topic to nobody of another account", async () => {
    const { deployed } = await build();
    const allowed = deployed
      .statements(deployed.only("aws:sns/topicPolicy:TopicPolicy"))
      .filter(({ Effect }) => Effect === "Allow");
    assert.deepEqual(
      allowed.map(({ Principal }) => Principal),
      [{ AWS: "arn:aws:iam::123456789012:root" }],
    );
  });

  it("keeps reports in a queue that takes them from the topic alone", async () => {
    const { deployed } = await build();
    const subscription = deployed.only("aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual(subscription.inputs, {
      topic: topicArn,
      protocol: "sqs",
      endpoint: "arn:aws:sqs:us-east-1:123456789012:snowpipe-errors-dev",
      rawMessageDelivery: true,
    });
    const policy = deployed.named("errors-queue", "aws:sqs/queue:Queue");
    assert.ok(deployed.waits(subscription, policy));
    const [allow] = deployed.statements(policy);
    assert.deepEqual(allow?.Principal, { Service: "sns.amazonaws.com" });
    assert.deepEqual(allow?.Condition, { ArnEquals: { "aws:SourceArn": topicArn } });
  });
});
