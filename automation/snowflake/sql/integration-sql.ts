import { areMerged } from "../../../components/streams";
import type { PipelineOutputs } from "../../outputs";
import { literal, quoteIdentifier } from "./identifiers";
import { type Names, needed, storageOf } from "./names";
import { block, indent, KEEP_CASE, show, shown } from "./scripting";

/** An integration of the stack, and what tells it from another's of the same name. */
export interface Integration {
  readonly stored: string;
  readonly kind: "STORAGE" | "NOTIFICATION";
  /** Property that names the stack's role, and that role. */
  readonly property: "STORAGE_AWS_ROLE_ARN" | "AWS_SNS_ROLE_ARN";
  readonly roleArn: string;
  /** What only CREATE may say. */
  readonly fixed: readonly string[];
  readonly settings: readonly string[];
  readonly setting: string;
}

/**
 * Integrations, by which Snowflake assumes the stack's roles. An existing one is altered and never replaced, since stages and
 * pipes hang on it and a new one without our external id would have another; one that is not the stack's stops the script.
 * docs.snowflake.com/en/sql-reference/sql/create-storage-integration, .../create-notification-integration-queue-outbound-aws
 */
export function integrationSql(outputs: PipelineOutputs, names: Names): string[] {
  const integrations = integrationsOf(outputs, names);
  if (integrations.length === 0) return [];
  return [
    `USE ROLE ${names.integrationRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...integrations.flatMap((integration) => [
      createOrAlter(integration, names),
      `GRANT USAGE ON INTEGRATION ${quoteIdentifier(integration.stored)} TO ROLE ${names.loadingRole}`,
    ]),
  ];
}

/** Drops the stack's integrations, and leaves others of the same name alone. */
export function dropIntegrationsSql(outputs: PipelineOutputs, names: Names): string[] {
  const integrations = integrationsOf(outputs, names);
  if (integrations.length === 0) return [];
  return [
    `USE ROLE ${names.integrationRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...integrations.map((integration) => {
      const name = quoteIdentifier(integration.stored);
      return block([
        "BEGIN",
        `  ${show("INTEGRATIONS", integration.stored)};`,
        `  IF (NOT ${shown({ name: integration.stored })}) THEN`,
        "    RETURN 'there is none';",
        "  END IF;",
        ...unlessOurs(integration, names, ["    RETURN 'left alone, since it is not of this stack';"]),
        `  DROP INTEGRATION IF EXISTS ${name};`,
        "END;",
      ]);
    }),
  ];
}

function createOrAlter(integration: Integration, names: Names): string {
  const { stored, kind, fixed, settings, setting } = integration;
  const name = quoteIdentifier(stored);
  const message = `the integration ${stored} exists and is not of this stack; choose another name in ${setting}`;
  const all = settings.map((line) => `    ${indent(line, 4)}`);
  return block([
    "DECLARE",
    // What the exception may be numbered: docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions
    `  not_ours EXCEPTION (-20001, ${literal(message)});`,
    "BEGIN",
    `  ${show("INTEGRATIONS", stored)};`,
    `  IF (NOT ${shown({ name: stored })}) THEN`,
    `    CREATE ${kind} INTEGRATION IF NOT EXISTS ${name}`,
    ...fixed.map((line) => `      ${line}`),
    ...settings.map((line) => `      ${indent(line, 6)}`),
    `      COMMENT = ${literal(names.comment)};`,
    "    RETURN 'created';",
    "  END IF;",
    ...unlessOurs(integration, names, ["    RAISE not_ours;"]),
    `  ALTER ${kind} INTEGRATION ${name} SET`,
    ...all,
    `    COMMENT = ${literal(names.comment)};`,
    "  RETURN 'altered';",
    "END;",
  ]);
}

/**
 * By its role, or by its comment and a role of the same AWS account: integrations of earlier versions have no comment, roles
 * may be renamed, and another clone of this project may have the same comment for an account of its own.
 */
function unlessOurs(
  { stored, property, roleArn }: Integration,
  { comment }: Names,
  then: readonly string[],
): string[] {
  return [
    `  DESC INTEGRATION ${quoteIdentifier(stored)};`,
    `  IF (NOT (${shown({ property, property_value: roleArn })}`,
    `    OR (${shown({ property: "COMMENT", property_value: comment })}`,
    `      AND ${shown({ property }, { property_value: `${accountOf(roleArn)}%` })}))) THEN`,
    ...then,
    "  END IF;",
  ];
}

/** The beginning of an ARN that all roles of its account share. */
export function accountOf(roleArn: string): string {
  return `${roleArn.split(":").slice(0, 5).join(":")}:`;
}

/** What looks at an integration and changes nothing. Fails where there is none of the name. */
export function lookSql({ stored }: Integration, names: Names): string {
  return `-- look: whose integration is it?
${KEEP_CASE};
USE ROLE ${names.integrationRole};
DESC INTEGRATION ${quoteIdentifier(stored)};
`;
}

/** The integrations that a stack has in Snowflake, once it is set up there. */
export function integrationsOf(outputs: PipelineOutputs, names: Names): Integration[] {
  const integrations: Integration[] = [];
  if (outputs.snowflake.access === "role") integrations.push(storageIntegration(outputs, names));
  if (names.storedErrorIntegration !== undefined) {
    integrations.push(errorIntegration(outputs, names.storedErrorIntegration));
  }
  return integrations;
}

function storageIntegration(outputs: PipelineOutputs, names: Names): Integration {
  const statement = "CREATE STORAGE INTEGRATION";
  const roleArn = needed(outputs.snowflakeRoleArn, "snowflakeRoleArn", statement);
  const externalId = needed(outputs.snowflakeExternalId, "snowflakeExternalId", statement);
  const urls = areMerged(names.streams) ? [names.exportUrl] : names.streams.map(({ url }) => url);
  const locations = urls.map(literal).join(",\n  ");
  return {
    stored: names.storedIntegration,
    kind: "STORAGE",
    property: "STORAGE_AWS_ROLE_ARN",
    roleArn,
    fixed: ["TYPE = EXTERNAL_STAGE", `STORAGE_PROVIDER = '${storageOf(outputs).provider}'`],
    settings: [
      "ENABLED = TRUE",
      `STORAGE_AWS_ROLE_ARN = ${literal(roleArn)}`,
      `STORAGE_AWS_EXTERNAL_ID = ${literal(externalId)}`,
      `STORAGE_ALLOWED_LOCATIONS = (\n  ${locations}\n)`,
    ],
    setting: "snowflake.integration",
  };
}

function errorIntegration(outputs: PipelineOutputs, stored: string): Integration {
  const statement = "CREATE NOTIFICATION INTEGRATION";
  const topicArn = needed(outputs.errorTopicArn, "errorTopicArn", statement);
  const roleArn = needed(outputs.errorRoleArn, "errorRoleArn", statement);
  return {
    stored,
    kind: "NOTIFICATION",
    property: "AWS_SNS_ROLE_ARN",
    roleArn,
    fixed: ["TYPE = QUEUE", "DIRECTION = OUTBOUND", "NOTIFICATION_PROVIDER = AWS_SNS"],
    settings: [
      "ENABLED = TRUE",
      `AWS_SNS_TOPIC_ARN = ${literal(topicArn)}`,
      `AWS_SNS_ROLE_ARN = ${literal(roleArn)}`,
    ],
    setting: "snowflake.errorNotifications.integration",
  };
}

/** The answers `connect` reads: Snowflake's user and external ids, and who subscribes to the topic. */
export function answersSql(outputs: PipelineOutputs, names: Names): string[] {
  const statements = integrationsOf(outputs, names).map(
    ({ stored }) => `DESC INTEGRATION ${quoteIdentifier(stored)}`,
  );
  if (outputs.eventsMode === "sns") statements.push(topicPolicySql(outputs));
  return statements.length === 0 ? [] : [`USE ROLE ${names.integrationRole}`, ...statements];
}

/** Asks Snowflake which of its users must be allowed to subscribe to the stack's topic. */
export function topicPolicySql(outputs: PipelineOutputs): string {
  return `SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY(${literal(topicOf(outputs))}) AS SNS_POLICY`;
}

/** The topic pipes subscribe to in mode `sns`. */
export function topicOf(outputs: PipelineOutputs): string {
  return needed(outputs.notificationTopicArn, "notificationTopicArn", "AWS_SNS_TOPIC");
}

/** Whether each new file is reported to Snowflake. Otherwise a task looks for new files on a schedule. */
export function autoIngests({ eventsMode }: PipelineOutputs): boolean {
  return eventsMode === "snowflake-queue" || eventsMode === "sns";
}
