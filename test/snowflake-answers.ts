import type { PipelineOutputs } from "../automation";
import { csv, json, type Rows, tsv } from "./automation/snowflake/answers/answer-forms";

/** What a Snowflake account has in AWS: the users that read, and that subscribe, and the queue of its pipes. */
export interface SnowflakeAccount {
  readonly iamUserArn: string;
  readonly subscriberArn: string;
  readonly queueArn: string;
}

export const snowflakeAccount: SnowflakeAccount = {
  iamUserArn: "arn:aws:iam::444455556666:user/abc1-s-test",
  subscriberArn: "arn:aws:iam::444455556666:user/vj4g-a-test",
  queueArn: "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDATEST-abc_1",
};

/** What Snowflake answers to the SQL's part `setup`, one form each. */
export function setupAnswers(
  outputs: PipelineOutputs,
  { iamUserArn, subscriberArn }: SnowflakeAccount = snowflakeAccount,
): string {
  const storage = properties({
    ENABLED: "true",
    STORAGE_PROVIDER: "S3",
    STORAGE_ALLOWED_LOCATIONS: outputs.streams.map(({ url }) => url).join(","),
    STORAGE_BLOCKED_LOCATIONS: "",
    STORAGE_AWS_IAM_USER_ARN: iamUserArn,
    STORAGE_AWS_ROLE_ARN: outputs.snowflakeRoleArn ?? "",
    STORAGE_AWS_EXTERNAL_ID: outputs.snowflakeExternalId ?? "",
  });
  const errors = properties({
    ENABLED: "true",
    AWS_SNS_TOPIC_ARN: outputs.errorTopicArn ?? "",
    AWS_SNS_ROLE_ARN: outputs.errorRoleArn ?? "",
    SF_AWS_IAM_USER_ARN: iamUserArn,
    SF_AWS_EXTERNAL_ID: "TEST_SFCRole=3_err=",
  });
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "1",
        Effect: "Allow",
        Principal: { AWS: subscriberArn },
        Action: ["sns:Subscribe"],
        Resource: [outputs.notificationTopicArn],
      },
    ],
  };
  return [
    ...(outputs.snowflakeRoleArn === undefined ? [] : [csv(storage)]),
    ...(outputs.errorTopicArn === undefined ? [] : [json(errors)]),
    ...(outputs.eventsMode === "sns" ? [tsv([{ SNS_POLICY: JSON.stringify(policy) }])] : []),
  ].join("\n");
}

/** What SHOW PIPES answers at the end of the part `load`. */
export function loadAnswers(
  { snowflake, streams, notificationTopicArn }: PipelineOutputs,
  { queueArn }: SnowflakeAccount = snowflakeAccount,
): string {
  const rows = streams.map(({ pipe }) => ({
    created_on: "2026-09-01 10:11:12.123000-07:00",
    name: pipe,
    database_name: snowflake.database,
    schema_name: snowflake.schema,
    definition: "COPY INTO logs (a, b)\nFROM @logs_stage",
    notification_channel: notificationTopicArn ?? queueArn,
  }));
  return json(rows);
}

function properties(values: Readonly<Record<string, string>>): Rows {
  return Object.entries(values).map(([property, value]) => ({
    property,
    property_type: "String",
    property_value: value,
    property_default: "",
  }));
}
