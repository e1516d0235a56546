import type { PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import type { Names, StreamNames } from "./names";
import { block, indent } from "./scripting";

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
  { snowflake }: PipelineOutputs,
  names: Names,
  revealed: AccessKey | undefined,
): string[] {
  const credentials = snowflake.access === "role" ? undefined : credentialsSql(revealed);
  return [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...names.streams.flatMap((stream) => [
      ...fileFormat(stream),
      stage(stream, credentials ?? `STORAGE_INTEGRATION = ${names.integration}`),
      // A key is replaced from time to time. Url and integration stay as they are: altering them stops the stage's pipe.
      ...(credentials === undefined ? [] : [`ALTER STAGE ${stream.stage} SET ${credentials}`]),
      landingTable(stream),
      latestView(names, stream),
      ...(snowflake.currentLagMinutes === undefined
        ? []
        : currentTable(names, stream, snowflake.currentLagMinutes)),
    ]),
  ];
}

/** The stage's key: variables the Snowflake CLI fills, unless the caller asks for the values themselves. */
function credentialsSql(revealed: AccessKey | undefined): string {
  const keyId = revealed === undefined ? "'<% access_key_id %>'" : literal(revealed.accessKeyId);
  const secret = revealed === undefined ? "'<% secret_access_key %>'" : literal(revealed.secretAccessKey);
  return `CREDENTIALS = (AWS_KEY_ID = ${keyId} AWS_SECRET_KEY = ${secret})`;
}

function fileFormat({ stream, fileFormat: name, comment }: StreamNames): string[] {
  const { type, options } = formatOptions[stream.format];
  return [
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

function landingTable({ table, comment }: StreamNames): string {
  const columns = landingColumns.map(({ name, type }) => `  ${name} ${type}`).join(",\n");
  return `CREATE TABLE IF NOT EXISTS ${table} (\n${columns}\n)\nCOMMENT = ${literal(comment)}`;
}

/** Fields of Braintrust's records that the view gives a type, behind the columns of the table; null where a record has none. */
const typedColumns = [
  { name: "CREATED", expression: "TRY_TO_TIMESTAMP_TZ(RAW:created::VARCHAR)" },
  { name: "PROJECT_ID", expression: "RAW:project_id::VARCHAR" },
  { name: "SPAN_ID", expression: "RAW:span_id::VARCHAR" },
  { name: "ROOT_SPAN_ID", expression: "RAW:root_span_id::VARCHAR" },
  { name: "IS_ROOT", expression: "TRY_TO_BOOLEAN(RAW:is_root::VARCHAR)" },
  { name: "SPAN_NAME", expression: "RAW:span_attributes.name::VARCHAR" },
  { name: "SPAN_TYPE", expression: "RAW:span_attributes.type::VARCHAR" },
] as const;

/** Raised with each change of the view's query, which its comment names: an existing view of an earlier one is replaced. */
const VIEW_VERSION = 2;

/**
 * Braintrust exports a changed record again with a higher `_xact_id` and the same `id`; a record without `id` (a query of
 * one's own) counts as itself.
 *
 * No statement changes the query of a view (docs.snowflake.com/en/sql-reference/sql/create-view, CREATE OR ALTER VIEW), and
 * replacing one drops its policies and tags and stales its streams. So one of the present version is left as it is, and an
 * earlier one is replaced only where it has neither; COPY GRANTS keeps the reading role's rights.
 */
function latestView(
  { database, storedSchema }: Names,
  { table, view, storedView, comment }: StreamNames,
): string {
  const versioned = `${comment}, version ${VIEW_VERSION}`;
  const found = `SELECT 1 FROM ${database}.INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA = ${literal(storedSchema)} AND TABLE_NAME = ${literal(storedView)}`;
  const kept =
    "kept as an earlier version made it, since it has policies or tags, which replacing it would drop: to upgrade, note them, " +
    "drop the view, run this again, and set them";
  return block([
    "DECLARE",
    "  attached NUMBER DEFAULT 0;",
    "BEGIN",
    `  IF (EXISTS (${found} AND COMMENT = ${literal(versioned)})) THEN`,
    "    RETURN 'unchanged';",
    "  END IF;",
    `  IF (EXISTS (${found})) THEN`,
    `    SELECT COUNT(*) INTO :attached FROM TABLE(${database}.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => ${literal(view)}, REF_ENTITY_DOMAIN => 'VIEW'));`,
    "    IF (attached = 0) THEN",
    `      SELECT COUNT(*) INTO :attached FROM TABLE(${database}.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS(${literal(view)}, 'TABLE'));`,
    "    END IF;",
    "    IF (attached > 0) THEN",
    `      RETURN ${literal(kept)};`,
    "    END IF;",
    "  END IF;",
    `  CREATE OR REPLACE VIEW ${view} COPY GRANTS COMMENT = ${literal(versioned)} AS`,
    `  ${indent(newestRows(table), 2)};`,
    "  RETURN 'created';",
    "END;",
  ]);
}

/**
 * The same rows as the view's, kept by refreshes of what has changed.
 * docs.snowflake.com/en/user-guide/dynamic-tables-supported-queries
 */
function currentTable({ warehouse }: Names, { table, current, comment }: StreamNames, lag: number): string[] {
  const target = `TARGET_LAG = '${lag} minutes' WAREHOUSE = ${warehouse}`;
  return [
    `CREATE DYNAMIC TABLE IF NOT EXISTS ${current}
  ${target.replace(" WAREHOUSE", "\n  WAREHOUSE")}
  COMMENT = ${literal(comment)}
AS
${newestRows(table)}`,
    `ALTER DYNAMIC TABLE ${current} SET ${target}`,
  ];
}

function newestRows(table: string): string {
  return `SELECT
  RAW:id::VARCHAR AS ID,
  TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) AS XACT_ID,
  ${landingColumns.map(({ name }) => name).join(",\n  ")},
  ${typedColumns.map(({ name, expression }) => `${expression} AS ${name}`).join(",\n  ")}
FROM ${table}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY
    TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST,
    FILE_LAST_MODIFIED DESC,
    LOADED_AT DESC,
    FILE_NAME DESC,
    FILE_ROW_NUMBER DESC
) = 1`;
}
