import assert from "node:assert/strict";
import { handshakeStack, isBehind } from "../../../../automation/snowflake/handshake/handshake-stack";
import { parseSettings } from "../../../../components/settings/read-settings";
import type { Settings } from "../../../../components/settings/settings";
import { sampleOutputs } from "../sql/sample-outputs";

describe("handshakeStack", () => {
  it("takes what is deployed from the outputs, and what is known from the settings", () => {
    const iamUserArn = "arn:aws:iam::444455556666:user/a";
    const queue = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-A";
    const stack = handshakeStack(
      sampleOutputs({ errors: true, mode: "sns" }),
      settings({
        streams: [{ name: "stream-0" }, { name: "later" }],
        events: { notificationChannels: { "stream-0": queue } },
        snowflake: {
          iamUserArn,
          externalId: "external-id",
          errorNotifications: { enabled: true, iamUserArn, externalId: "error-id" },
        },
      }),
    );
    assert.deepEqual(stack, {
      partition: "aws",
      region: "us-east-1",
      access: "role",
      eventsMode: "sns",
      integration: "exports_s3",
      database: "analytics",
      schema: "braintrust",
      streams: sampleOutputs().streams,
      errorIntegrationWanted: true,
      errorIntegration: "exports_errors",
      snowflakeRoleArn: "arn:aws:iam::111122223333:role/Reader-dev",
      snowflakeExternalId: "external-id",
      notificationTopicArn: "arn:aws:sns:us-east-1:111122223333:files",
      errorTopicArn: "arn:aws:sns:us-east-1:111122223333:errors",
      errorRoleArn: "arn:aws:iam::111122223333:role/Err",
      current: {
        notificationChannels: { "stream-0": queue },
        iamUserArn,
        externalId: "external-id",
        errorIamUserArn: iamUserArn,
        errorExternalId: "error-id",
      },
    });
  });

  it("has nothing where there is nothing", () => {
    const stack = handshakeStack(sampleOutputs({ access: "user", mode: "none" }), settings({}));
    assert.equal(stack.errorIntegrationWanted, false);
    assert.deepEqual(stack.current, { notificationChannels: {} });
    assert.ok(!("snowflakeRoleArn" in stack));
  });

  it("knows the partition by the bucket's region", () => {
    const gov = handshakeStack({ ...sampleOutputs(), bucketRegion: "us-gov-west-1" }, settings({}));
    assert.equal(gov.partition, "aws-us-gov");
  });
});

describe("isBehind", () => {
  const user = (name: string) => `arn:aws:iam::444455556666:user/${name}`;
  const queue = (name: string) => `arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-${name}`;
  const braintrust = { accountId: "111122223333", orgId: "org-1" };
  const pair = { iamUserArn: user("a"), externalId: "external-id" };
  const direct = {
    braintrust,
    snowflake: pair,
    streams: [{ name: "stream-0" }],
    events: { notificationChannels: { "stream-0": queue("A") } },
  };
  const deployed = {
    ...sampleOutputs({ mode: "snowflake-queue" }),
    phase: "connected" as const,
    snowflakeIamUserArn: user("a"),
    snowflakeExternalId: "external-id",
    notificationChannels: { "stream-0": queue("A") },
  };
  const topic = {
    ...direct,
    snowflake: {
      ...pair,
      snsSubscriberArn: user("s"),
      errorNotifications: { enabled: true, iamUserArn: user("e"), externalId: "error-id" },
    },
    events: { mode: "sns" },
  };
  const { notificationChannels: _, ...withoutChannels } = deployed;
  const deployedTopic = {
    ...withoutChannels,
    snowflakeSubscriberArn: user("s"),
    errorIamUserArn: user("e"),
    errorExternalId: "error-id",
  };

  it("is not, where all that Snowflake told is deployed", () => {
    assert.equal(isBehind(deployed, settings(direct)), false);
    assert.equal(isBehind(deployedTopic, settings(topic)), false);
  });

  for (const [what, outputs, wanted] of [
    ["the phase", { ...deployed, phase: "awaiting-channel" as const }, direct],
    ["the user", { ...deployed, snowflakeIamUserArn: user("b") }, direct],
    ["the external id", { ...deployed, snowflakeExternalId: "other-id" }, direct],
    ["a stream's queue", { ...deployed, notificationChannels: { "stream-0": queue("B") } }, direct],
    ["the topic's subscriber", { ...deployedTopic, snowflakeSubscriberArn: user("b") }, topic],
    ["the user of errors", { ...deployedTopic, errorIamUserArn: user("b") }, topic],
    ["the external id of errors", { ...deployedTopic, errorExternalId: "other-id" }, topic],
  ] as const) {
    it(`is, where ${what} is another`, () => assert.equal(isBehind(outputs, settings(wanted)), true));
  }

  it("disregards what the stack does not use", () => {
    const unused = { ...direct, snowflake: { ...pair, snsSubscriberArn: user("s") } };
    assert.equal(isBehind(deployed, settings(unused)), false);
  });
});

function settings(values: Readonly<Record<string, unknown>>): Settings {
  const named = Object.entries(values).map(([key, value]) => [`braintrust-snowflake:${key}`, value]);
  const checked = parseSettings({
    stack: "dev",
    values: { "aws:region": "us-east-1", ...Object.fromEntries(named) },
  });
  assert.ok(checked.settings, JSON.stringify(checked.problems));
  return checked.settings;
}
