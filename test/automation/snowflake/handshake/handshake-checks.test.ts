import assert from "node:assert/strict";
import type { Answers } from "../../../../automation/snowflake/answers/answers";
import { planHandshake } from "../../../../automation/snowflake/handshake/handshake";
import type { HandshakeStack } from "../../../../automation/snowflake/handshake/handshake-stack";
import {
  answers,
  errorIntegration,
  errorStack,
  pipe,
  queue,
  role,
  snsStack,
  stack,
  subscriber,
  topic,
  user,
  withIntegration,
} from "./handshake-samples";

describe("planHandshake refuses", () => {
  const faults: Record<string, readonly [HandshakeStack, Answers, RegExp]> = {
    "an external id that is not ours": [
      stack,
      withIntegration({ STORAGE_AWS_EXTERNAL_ID: "XX12345_SFCRole=2_a=" }),
      /ALTER STORAGE INTEGRATION "BRAINTRUST_S3" SET STORAGE_AWS_EXTERNAL_ID = 'bt-0123456789abcdef'$/,
    ],
    "an external id with a wildcard": [
      stack,
      withIntegration({ STORAGE_AWS_EXTERNAL_ID: "*" }),
      /STORAGE_AWS_EXTERNAL_ID is "\*": it must be/,
    ],
    "another role": [
      stack,
      withIntegration({ STORAGE_AWS_ROLE_ARN: `${role}2` }),
      /^STORAGE_AWS_ROLE_ARN is .*-dev2" and this stack's role is .*-dev": .* run the SQL of setup, .* or choose another name in snowflake\.integration$/,
    ],
    "a role where a user belongs": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: role }),
      /must be the ARN of one IAM user/,
    ],
    "an account of eleven digits": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: "arn:aws:iam::12345678901:user/x" }),
      /must be the ARN of one IAM user/,
    ],
    "a user of another partition": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: user.replace("aws", "aws-cn") }),
      /in the partition aws-cn; this stack is in aws/,
    ],
    "an integration of another cloud's storage": [
      stack,
      withIntegration({ STORAGE_PROVIDER: "GCS" }),
      /STORAGE_PROVIDER is "GCS" and has to be "S3", which no ALTER changes; name another integration/,
    ],
    "an integration that is off": [stack, withIntegration({ ENABLED: "false" }), /SET ENABLED = TRUE$/],
    "locations without a stream": [
      stack,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3://acme/exports/logs,s3://acme/exports/span" }),
      /without s3:\/\/acme\/exports\/spans\/; run .* = \('s3:\/\/acme\/exports\/logs', 's3:\/\/acme\/exports\/span', 's3:\/\/acme\/exports\/spans\/'\)$/,
    ],
    "a blocked location within a stream": [
      stack,
      withIntegration({ STORAGE_BLOCKED_LOCATIONS: "s3://acme/exports/logs/a/" }),
      /has "s3:\/\/acme\/exports\/logs\/a\/", which shuts out/,
    ],
    "a pipe without a channel": [
      stack,
      { ...answers, pipes: [{ name: "LOGS_PIPE", database: "BRAINTRUST", schema: "Exports" }] },
      /"LOGS_PIPE" is empty, so it was created without AUTO_INGEST = TRUE; drop the pipe, truncate its table/,
    ],
    "a queue of another region": [
      stack,
      { ...answers, pipes: [pipe("LOGS_PIPE", queue.replace("us-east-1", "us-west-2"))] },
      /in us-west-2; the bucket is in us-east-1/,
    ],
    "a topic where a queue belongs": [
      stack,
      { ...answers, pipes: [pipe("LOGS_PIPE", topic)] },
      /is the topic .* and events.mode is snowflake-queue/,
    ],
    "another topic": [
      snsStack,
      { ...answers, pipes: [pipe("LOGS_PIPE", `${topic}2`)] },
      /must be the ARN of one SQS queue/,
    ],
    "a pipe that was created before the mode was sns": [
      { ...snsStack, current: { notificationChannels: { spans: queue } } },
      answers,
      /^notification_channel of the pipe "my spans" is the queue of events.notificationChannels, from when .*; drop the pipe, truncate its table, and run "sql --part load", .* out of events.notificationChannels$/,
    ],
    "the policy of another topic": [
      snsStack,
      { ...answers, snsSubscriberArn: subscriber, snsTopicArns: [`${topic}2`] },
      /policy is for the topic .*dev2" and this stack's is/,
    ],
    "a subscriber who is everyone": [
      snsStack,
      { ...answers, snsSubscriberArn: "*" },
      /principal is "\*": it must be the ARN of one IAM user/,
    ],
    "another error topic": [
      errorStack,
      { ...answers, errorIntegration: { ...errorIntegration, AWS_SNS_TOPIC_ARN: topic } },
      /ALTER NOTIFICATION INTEGRATION "BRAINTRUST_ERRORS" SET AWS_SNS_TOPIC_ARN = 'arn:aws:sns:us-east-1:001234567890:errors'$/,
    ],
    "answers that contradict each other": [
      stack,
      { ...answers, contradictions: ["this and that"] },
      /this and that/,
    ],
  };
  for (const [fault, [ours, theirs, problem]] of Object.entries(faults)) {
    it(`changes nothing at all for ${fault}`, () => {
      const plan = planHandshake(ours, theirs);
      assert.deepEqual(plan.changes, []);
      assert.equal(plan.problems.length > 0, true);
      assert.match(plan.problems.join("\n"), new RegExp(problem, "m"));
    });
  }

  it("advises to alter or drop no integration that may be another's", () => {
    const lake = {
      ENABLED: "false",
      STORAGE_ALLOWED_LOCATIONS: "s3://lake/",
      STORAGE_AWS_EXTERNAL_ID: "LAKE_SFCRole=1",
      STORAGE_AWS_ROLE_ARN: "arn:aws:iam::555566667777:role/lake",
    };
    const alerts = {
      ...errorIntegration,
      ENABLED: "false",
      AWS_SNS_TOPIC_ARN: "arn:aws:sns:us-east-1:555566667777:pagers",
      AWS_SNS_ROLE_ARN: "arn:aws:iam::555566667777:role/pagers",
    };
    const google = {
      ENABLED: "true",
      STORAGE_PROVIDER: "GCS",
      STORAGE_ALLOWED_LOCATIONS: "gcs://lake/",
      STORAGE_GCP_SERVICE_ACCOUNT: "lake@example.iam.gserviceaccount.com",
    };
    for (const [ours, theirs, setting] of [
      [stack, withIntegration(lake), "snowflake.integration"],
      [errorStack, { ...answers, errorIntegration: alerts }, "snowflake.errorNotifications.integration"],
      [stack, { ...answers, storageIntegration: google }, "snowflake.integration"],
    ] as const) {
      const { problems, changes } = planHandshake(ours, theirs);
      assert.doesNotMatch(problems.join("\n"), /(run|or) (ALTER|DROP)|drop this/);
      assert.match(problems.join("\n"), new RegExp(`${setting.replaceAll(".", "\\.")}\\b`));
      assert.deepEqual(changes, []);
    }
  });

  it("knows the protocols of the other partitions", () => {
    const gov: HandshakeStack = { ...stack, partition: "aws-us-gov", access: "role", eventsMode: "none" };
    const { problems } = planHandshake(
      gov,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3gov://acme/exports/" }),
    );
    assert.doesNotMatch(problems.join("\n"), /LOCATIONS/);
    const lacking = planHandshake(
      gov,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3gov://acme/exports/logs/" }),
    );
    assert.match(lacking.problems.join("\n"), /'s3gov:\/\/acme\/exports\/spans\/'\)/);
    const providers = (STORAGE_PROVIDER: string) =>
      planHandshake(gov, withIntegration({ STORAGE_PROVIDER })).problems.join("\n");
    assert.match(providers("S3"), /has to be "S3GOV"/);
    assert.doesNotMatch(providers("S3GOV"), /PROVIDER/);
  });
});
