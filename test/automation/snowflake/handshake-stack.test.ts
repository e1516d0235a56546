import assert from "node:assert/strict";
import { handshakeStack } from "../../../automation/snowflake/handshake-stack";
import { parseSettings, type Settings } from "../../../components/settings";
import { sampleOutputs } from "./sample-outputs";

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

function settings(values: Readonly<Record<string, unknown>>): Settings {
  const named = Object.entries(values).map(([key, value]) => [`braintrust-snowflake:${key}`, value]);
  const checked = parseSettings({
    stack: "dev",
    values: { "aws:region": "us-east-1", ...Object.fromEntries(named) },
  });
  assert.ok(checked.settings, JSON.stringify(checked.problems));
  return checked.settings;
}
