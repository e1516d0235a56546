import type { PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import { autoIngests } from "./integration-sql";
import type { Names, StreamNames } from "./names";

/** An access key of the reader user, for user mode. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Columns of a landing table: the record as it was exported, and where it came from. */
export const landingColumns = [
  { name: "RAW", type: "VARIANT", source: "$1" },
  { name: "FILE_NAME", type: "VARCHAR", source: "METADATA$FILENAME" },
  { name: "FILE_ROW_NUMBER", type: "NUMBER(38, 0)", source: "METADATA$FILE_ROW_NUMBER" },
  { name: "FILE_LAST_MODIFIED", type: "TIMESTAMP_NTZ", source: "METADATA$FILE_LAST_MODIFIED" },
  { name: "FILE_CONTENT_KEY", type: "VARCHAR", source: "METADATA$FILE_CONTENT_KEY" },
  // Snowflake advises this over CURRENT_TIMESTAMP, which a pipe may give hours early.
  { name: "LOADED_AT", type: "TIMESTAMP_LTZ", source: "METADATA$START_SCAN_TIME" },
] as const;

/** Options by format. COMPRESSION = AUTO reads plain and gzip files alike. */
const formatOptions = {
  jsonl: { type: "JSON", options: "COMPRESSION = AUTO" },
  parquet: { type: "PARQUET", options: "COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE" },
} as const;

/** Warehouse, database and schema, by the role Snowflake advises to own objects. */
export function containersSql(names: Names): string[] {
  return [
    "USE ROLE SYSADMIN",
    `CREATE WAREHOUSE IF NOT EXISTS ${names.warehouse}
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE`,
    `CREATE DATABASE IF NOT EXISTS ${names.database}`,
    `CREATE SCHEMA IF NOT EXISTS ${names.schema}`,
  ];
}

/** Loading and reading role, under SYSADMIN as Snowflake advises for custom roles, with what they need to act at all. */
export function rolesSql(outputs: PipelineOutputs, names: Names): string[] {
  const { warehouse, database, schema, loadingRole, readingRole, customRoles } = names;
  const loader = autoIngests(outputs) ? "CREATE PIPE" : "CREATE TASK";
  return [
    "USE ROLE SECURITYADMIN",
    ...customRoles.flatMap((role) => [
      `CREATE ROLE IF NOT EXISTS ${role}`,
      `GRANT ROLE ${role} TO ROLE SYSADMIN`,
    ]),
    ...[...new Set([loadingRole, readingRole])].flatMap((role) => [
      `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
      `GRANT USAGE ON DATABASE ${database} TO ROLE ${role}`,
      `GRANT USAGE ON SCHEMA ${schema} TO ROLE ${role}`,
    ]),
    `GRANT CREATE FILE FORMAT, CREATE STAGE, CREATE TABLE, CREATE VIEW, ${loader} ON SCHEMA ${schema} TO ROLE ${loadingRole}`,
  ];
}

/** File formats, stages, landing tables and views, created and so owned by the loading role. */
export function objectsSql(
  outputs: PipelineOutputs,
  names: Names,
  revealed: AccessKey | undefined,
): string[] {
  const byRole = outputs.snowflake.access === "role";
  const credentials = byRole ? undefined : credentialsSql(revealed);
  return [
    `USE ROLE ${names.loadingRole}`,
    ...names.streams.flatMap((stream) => [
      ...fileFormat(stream),
      stage(stream, credentials ?? `STORAGE_INTEGRATION = ${names.integration}`),
      // A key is replaced from time to time. Url and integration stay as they are: altering them stops the stage's pipe.
      ...(credentials === undefined ? [] : [`ALTER STAGE ${stream.stage} SET ${credentials}`]),
      landingTable(stream),
      latestView(stream),
    ]),
  ];
}

/** The stage's key: variables the Snowflake CLI fills, unless the caller asks for the values themselves. */
function credentialsSql(revealed: AccessKey | undefined): string {
  const keyId = revealed === undefined ? "'<% access_key_id %>'" : literal(revealed.accessKeyId);
  const secret = revealed === undefined ? "'<% secret_access_key %>'" : literal(revealed.secretAccessKey);
  return `CREDENTIALS = (AWS_KEY_ID = ${keyId} AWS_SECRET_KEY = ${secret})`;
}

function fileFormat({ stream, fileFormat: name }: StreamNames): string[] {
  const { type, options } = formatOptions[stream.format];
  return [
    `CREATE FILE FORMAT IF NOT EXISTS ${name} TYPE = ${type} ${options}`,
    `ALTER FILE FORMAT ${name} SET ${options}`,
  ];
}

function stage({ stage: name, url, fileFormat }: StreamNames, access: string): string {
  return `CREATE STAGE IF NOT EXISTS ${name}
  URL = ${literal(url)}
  ${access}
  FILE_FORMAT = (FORMAT_NAME = ${literal(fileFormat)})`;
}

function landingTable({ table }: StreamNames): string {
  const columns = landingColumns.map(({ name, type }) => `  ${name} ${type}`).join(",\n");
  return `CREATE TABLE IF NOT EXISTS ${table} (\n${columns}\n)`;
}

/**
 * Braintrust exports a changed record again with a higher `_xact_id` and the same `id`; a record without `id` (a query of
 * one's own) counts as itself. COPY GRANTS keeps the reading role's rights when the view is replaced.
 */
function latestView({ table, view }: StreamNames): string {
  return `CREATE OR REPLACE VIEW ${view} COPY GRANTS AS
SELECT
  RAW:id::VARCHAR AS ID,
  TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) AS XACT_ID,
  ${landingColumns.map(({ name }) => name).join(",\n  ")}
FROM ${table}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST, FILE_LAST_MODIFIED DESC, LOADED_AT DESC
) = 1`;
}
