import type { Answers, Pipe } from "../../../../automation/snowflake/answers/answers";
import type { HandshakeStack } from "../../../../automation/snowflake/handshake/handshake-stack";

export const user = "arn:aws:iam::123456789001:user/abc1-b-self1234";
export const subscriber = "arn:aws:iam::123456789001:user/vj4g-a-abcd1234";
export const role = "arn:aws:iam::001234567890:role/SnowflakeReaderRole-dev";
export const topic = "arn:aws:sns:us-east-1:001234567890:snowpipe-s3-notifications-dev";
export const queue = "arn:aws:sqs:us-east-1:123456789001:sf-snowpipe-AIDAEXAMPLE-abcDEF_1234";

export const stack: HandshakeStack = {
  partition: "aws",
  region: "us-east-1",
  access: "role",
  eventsMode: "snowflake-queue",
  snowflakeRoleArn: role,
  snowflakeExternalId: "bt-0123456789abcdef",
  integration: "braintrust_s3",
  errorIntegration: "braintrust_errors",
  database: "braintrust",
  schema: '"Exports"',
  streams: [
    { name: "logs", table: "LOGS", pipe: "logs_pipe", url: "s3://acme/exports/logs/" },
    { name: "spans", table: "SPANS", pipe: "my spans", url: "s3://acme/exports/spans/" },
  ],
  errorIntegrationWanted: false,
  current: { externalId: "bt-0123456789abcdef" },
};
export const snsStack: HandshakeStack = { ...stack, eventsMode: "sns", notificationTopicArn: topic };
export const errorStack: HandshakeStack = {
  ...stack,
  errorIntegrationWanted: true,
  errorTopicArn: "arn:aws:sns:us-east-1:001234567890:errors",
  errorRoleArn: "arn:aws:iam::001234567890:role/errors",
};

export const integration = {
  ENABLED: "true",
  STORAGE_ALLOWED_LOCATIONS: "s3://acme/exports/",
  STORAGE_AWS_IAM_USER_ARN: user,
  STORAGE_AWS_ROLE_ARN: role,
  STORAGE_AWS_EXTERNAL_ID: "bt-0123456789abcdef",
};
export const errorIntegration = {
  ENABLED: "true",
  AWS_SNS_TOPIC_ARN: "arn:aws:sns:us-east-1:001234567890:errors",
  AWS_SNS_ROLE_ARN: "arn:aws:iam::001234567890:role/errors",
  SF_AWS_IAM_USER_ARN: subscriber,
  SF_AWS_EXTERNAL_ID: "XX12345_SFCRole=3_err=",
};
export const answers: Answers = {
  storageIntegration: integration,
  pipes: [pipe("LOGS_PIPE"), pipe("my spans")],
  snsTopicArns: [],
  unrecognised: [],
  contradictions: [],
};
export const none: Answers = { pipes: [], snsTopicArns: [], unrecognised: [], contradictions: [] };

export function pipe(name: string, channel = queue, database = "BRAINTRUST", schema = "Exports"): Pipe {
  return { name, database, schema, notificationChannel: channel };
}

export function withIntegration(
  properties: Partial<
    Record<keyof typeof integration | "STORAGE_BLOCKED_LOCATIONS" | "STORAGE_PROVIDER", string>
  >,
): Answers {
  return { ...answers, storageIntegration: { ...integration, ...properties } };
}
