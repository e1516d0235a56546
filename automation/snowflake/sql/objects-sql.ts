import type { AccessKey, PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import { landingColumns } from "./landing";
import type { Names, StreamNames } from "./names";
import { currentOf, dropOursSql, refuseOthersSql } from "./ours-sql";
import { block } from "./scripting";
import { currentTable, filesView, latestView, refuseNoHistory } from "./views-sql";

/**
 * Options by format. COMPRESSION = AUTO reads plain and gzip files alike. A character that is not UTF-8, which happens in what
 * models write, is replaced: it would make the load skip its whole file.
 */
const formatOptions = {
  jsonl: { type: "JSON", options: "COMPRESSION = AUTO REPLACE_INVALID_CHARACTERS = TRUE" },
  parquet: {
    type: "PARQUET",
    options: "COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE REPLACE_INVALID_CHARACTERS = TRUE",
  },
} as const;

/** File formats, stages, landing tables and views, created and so owned by the loading role. */
export function objectsSql(
  outputs: PipelineOutputs,
  names: Names,
  revealed: AccessKey | undefined,
): string[] {
  const { snowflake } = outputs;
  const credentials = snowflake.access === "role" ? undefined : credentialsSql(revealed);
  return [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    refuseOthersSql(outputs, names),
    ...(snowflake.currentLagMinutes === undefined ? [dropOursSql(names, names.streams.map(currentOf))] : []),
    ...names.streams.flatMap((stream) => [
      ...fileFormat(names, stream),
      stage(stream, credentials ?? `STORAGE_INTEGRATION = ${names.integration}`),
      // A key is replaced from time to time. Url and integration stay as they are: altering them stops the stage's pipe.
      ...(credentials === undefined ? [] : [`ALTER STAGE ${stream.stage} SET ${credentials}`]),
      // Not in CREATE STAGE, which would list the bucket at once: AWS may not trust Snowflake yet.
      `ALTER STAGE ${stream.stage} SET DIRECTORY = (ENABLE = TRUE)`,
      `ALTER STAGE ${stream.stage} SET COMMENT = ${literal(stream.comment)}`,
      landingTable(stream),
      `ALTER TABLE ${stream.table} SET COMMENT = ${literal(stream.comment)}`,
      latestView(names, stream),
      filesView(outputs, names, stream),
    ]),
    ...(snowflake.currentLagMinutes === undefined ? [] : currentTables(names, snowflake.currentLagMinutes)),
  ];
}

function currentTables(names: Names, lag: number): string[] {
  return [refuseNoHistory(names), ...names.streams.flatMap((stream) => currentTable(names, stream, lag))];
}

/** The stage's key: variables the Snowflake CLI fills, unless the caller asks for the values themselves. */
function credentialsSql(revealed: AccessKey | undefined): string {
  const keyId = revealed === undefined ? "'<% access_key_id %>'" : literal(revealed.accessKeyId);
  const secret = revealed === undefined ? "'<% secret_access_key %>'" : literal(revealed.secretAccessKey);
  return `CREDENTIALS = (AWS_KEY_ID = ${keyId} AWS_SECRET_KEY = ${secret})`;
}

/**
 * No ALTER changes the type, and with another each new file would be skipped (docs.snowflake.com/en/sql-reference/sql/alter-file-format).
 * What names the format uses the next of the name.
 */
function fileFormat(
  names: Names,
  { stream, fileFormat: name, storedFileFormat: stored, comment }: StreamNames,
): string[] {
  const { type, options } = formatOptions[stream.format];
  return [
    block([
      "BEGIN",
      "  IF (EXISTS (",
      `    SELECT 1 FROM ${names.database}.INFORMATION_SCHEMA.FILE_FORMATS`,
      `    WHERE FILE_FORMAT_SCHEMA = ${literal(names.storedSchema)} AND FILE_FORMAT_NAME = ${literal(stored)} AND FILE_FORMAT_TYPE <> '${type}'`,
      "  )) THEN",
      `    DROP FILE FORMAT IF EXISTS ${name};`,
      "  END IF;",
      "END;",
    ]),
    `CREATE FILE FORMAT IF NOT EXISTS ${name} TYPE = ${type} ${options} COMMENT = ${literal(comment)}`,
    `ALTER FILE FORMAT ${name} SET ${options} COMMENT = ${literal(comment)}`,
  ];
}

function stage({ stage: name, url, fileFormat, comment }: StreamNames, access: string): string {
  return `CREATE STAGE IF NOT EXISTS ${name}
  URL = ${literal(url)}
  ${access}
  FILE_FORMAT = (FORMAT_NAME = ${literal(fileFormat)})
  COMMENT = ${literal(comment)}`;
}

/**
 * Keys differ in case alone, and reconcile needs them in the order of their bytes: new columns would compare by the collation of
 * account, database or schema. docs.snowflake.com/en/sql-reference/collation, .../sql/create-hybrid-table (DEFAULT_DDL_COLLATION = '')
 */
function landingTable({ table, comment }: StreamNames): string {
  const columns = landingColumns.map(({ name, type }) => `  ${name} ${type}`).join(",\n");
  return `CREATE TABLE IF NOT EXISTS ${table} (\n${columns}\n)\nDEFAULT_DDL_COLLATION = ''\nCOMMENT = ${literal(comment)}`;
}
