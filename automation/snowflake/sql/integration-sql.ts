import type { PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import { type Names, needed, storageOf } from "./names";

/**
 * What an account administrator alone may do: integrations, by which Snowflake assumes the stack's roles, and the right to
 * run tasks. An existing integration is altered and never replaced, since stages and
 * pipes hang on it and a new one without our external id would have another.
 * docs.snowflake.com/en/sql-reference/sql/create-storage-integration, .../create-notification-integration-queue-outbound-aws
 */
export function integrationSql(outputs: PipelineOutputs, names: Names): string[] {
  const statements = ["USE ROLE ACCOUNTADMIN"];
  if (outputs.snowflake.access === "role") statements.push(...storageIntegration(outputs, names));
  if (names.errorIntegration !== undefined) {
    statements.push(...errorIntegration(outputs, names.errorIntegration, names.loadingRole));
  }
  if (!autoIngests(outputs)) {
    statements.push(`GRANT EXECUTE TASK, EXECUTE MANAGED TASK ON ACCOUNT TO ROLE ${names.loadingRole}`);
  }
  return statements;
}

/** The answers `connect` reads: Snowflake's user and external ids, and who subscribes to the topic. */
export function answersSql(outputs: PipelineOutputs, names: Names): string[] {
  const statements = ["USE ROLE ACCOUNTADMIN"];
  if (outputs.snowflake.access === "role") statements.push(`DESC INTEGRATION ${names.integration}`);
  if (names.errorIntegration !== undefined) statements.push(`DESC INTEGRATION ${names.errorIntegration}`);
  if (outputs.eventsMode === "sns") statements.push(topicPolicySql(outputs));
  return statements;
}

/** Asks Snowflake which of its users must be allowed to subscribe to the stack's topic. */
export function topicPolicySql(outputs: PipelineOutputs): string {
  return `SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY(${literal(topicOf(outputs))}) AS SNS_POLICY`;
}

/** The topic pipes subscribe to in mode `sns`. */
export function topicOf(outputs: PipelineOutputs): string {
  return needed(outputs.notificationTopicArn, "notificationTopicArn", "AWS_SNS_TOPIC");
}

/** Whether Snowflake is told of each new file. Otherwise a task looks for new files on a schedule. */
export function autoIngests({ eventsMode }: PipelineOutputs): boolean {
  return eventsMode === "snowflake-queue" || eventsMode === "sns";
}

function storageIntegration(outputs: PipelineOutputs, names: Names): string[] {
  const statement = "CREATE STORAGE INTEGRATION";
  const locations = names.streams.map(({ url }) => literal(url)).join(",\n    ");
  const settings = `  ENABLED = TRUE
  STORAGE_AWS_ROLE_ARN = ${literal(needed(outputs.snowflakeRoleArn, "snowflakeRoleArn", statement))}
  STORAGE_AWS_EXTERNAL_ID = ${literal(needed(outputs.snowflakeExternalId, "snowflakeExternalId", statement))}
  STORAGE_ALLOWED_LOCATIONS = (
    ${locations}
  )`;
  return [
    `${statement} IF NOT EXISTS ${names.integration}
  TYPE = EXTERNAL_STAGE
  STORAGE_PROVIDER = '${storageOf(outputs).provider}'
${settings}`,
    `ALTER STORAGE INTEGRATION ${names.integration} SET
${settings}`,
    `GRANT USAGE ON INTEGRATION ${names.integration} TO ROLE ${names.loadingRole}`,
  ];
}

function errorIntegration(outputs: PipelineOutputs, name: string, role: string): string[] {
  const statement = "CREATE NOTIFICATION INTEGRATION";
  const target = `  AWS_SNS_TOPIC_ARN = ${literal(needed(outputs.errorTopicArn, "errorTopicArn", statement))}
  AWS_SNS_ROLE_ARN = ${literal(needed(outputs.errorRoleArn, "errorRoleArn", statement))}`;
  return [
    `${statement} IF NOT EXISTS ${name}
  ENABLED = TRUE
  TYPE = QUEUE
  DIRECTION = OUTBOUND
  NOTIFICATION_PROVIDER = AWS_SNS
${target}`,
    `ALTER NOTIFICATION INTEGRATION ${name} SET
  ENABLED = TRUE
${target}`,
    `GRANT USAGE ON INTEGRATION ${name} TO ROLE ${role}`,
  ];
}
