import type { Rows } from "./answer-forms";

export const storage = property([
  ["ENABLED", "Boolean", "true", "false"],
  ["STORAGE_PROVIDER", "String", "S3", ""],
  ["STORAGE_ALLOWED_LOCATIONS", "List", "s3://acme/exports/logs/,s3://acme/exports/spans/", "[]"],
  ["STORAGE_BLOCKED_LOCATIONS", "List", "", "[]"],
  ["STORAGE_AWS_IAM_USER_ARN", "String", "arn:aws:iam::123456789001:user/abc1-b-self1234", ""],
  ["STORAGE_AWS_ROLE_ARN", "String", "arn:aws:iam::001234567890:role/SnowflakeReaderRole-dev", ""],
  ["STORAGE_AWS_EXTERNAL_ID", "String", "MYACCOUNT_SFCRole=2_a123456/s0aBCDEfGHIJklmNoPq=", ""],
  ["COMMENT", "String", "two words | and more that is long enough to go over several lines", ""],
]);
export const errors = property([
  ["ENABLED", "Boolean", "true", "false"],
  ["AWS_SNS_TOPIC_ARN", "String", "arn:aws:sns:us-east-1:001234567890:snowpipe-errors", ""],
  ["AWS_SNS_ROLE_ARN", "String", "arn:aws:iam::001234567890:role/errors", ""],
  ["SF_AWS_IAM_USER_ARN", "String", "arn:aws:iam::123456789001:user/err1-b", ""],
  ["SF_AWS_EXTERNAL_ID", "String", "MYACCOUNT_SFCRole=3_err=", ""],
]);
export const queue = "arn:aws:sqs:us-east-1:123456789012:sf-snowpipe-AIDAEXAMPLEEXAMPLEEXA-abcDEF_1234";
export const pipes = [pipe("LOGS_PIPE", queue), pipe("SPANS_PIPE", queue)];
export const topic = "arn:aws:sns:us-west-2:001234567890:s3_mybucket";
export const policyText = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "1",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789001:user/vj4g-a-abcd1234" },
      Action: ["sns:Subscribe"],
      Resource: [topic],
    },
  ],
});
export const policy = [{ [`SYSTEM$GET_AWS_SNS_IAM_POLICY('${topic.toUpperCase()}')`]: policyText }];
export const everything = [storage, errors, pipes, policy];

function property(rows: readonly (readonly [string, string, string, string])[]): Rows {
  return rows.map(([name, type, value, fallback]) => ({
    property: name,
    property_type: type,
    property_value: value,
    property_default: fallback,
  }));
}

export function pipe(
  name: string,
  channel: string,
  database = "BRAINTRUST",
  schema = "EXPORTS",
): Rows[number] {
  return {
    created_on: "2026-09-01 10:11:12.123000-07:00",
    name,
    database_name: database,
    schema_name: schema,
    definition: "COPY INTO logs (a, b)\nFROM (SELECT $1, METADATA$FILENAME\n\n  FROM @logs_stage)",
    owner: "LOADER",
    notification_channel: channel,
    comment: "",
    integration: "None",
    error_integration: "None",
    owner_role_type: "ROLE",
    invalid_reason: "None",
  };
}
