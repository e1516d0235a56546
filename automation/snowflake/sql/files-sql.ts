import type { PipelineOutputs } from "../../outputs";
import { canonicalName, literal } from "./identifiers";
import type { Names, StreamNames } from "./names";

/** Days that INFORMATION_SCHEMA.COPY_HISTORY looks back, and ACCOUNT_USAGE's. docs.snowflake.com/en/sql-reference/functions/copy_history */
export const HISTORY_DAYS = { schema: 14, account: 365 } as const;

/** How far back the load history is read. */
export interface HistoryOptions {
  /** Reads a year of load history, for which the role needs access to the database SNOWFLAKE. @default two weeks */
  readonly accountUsage?: boolean | undefined;
}

/** A stream's folder as the keys of its objects begin. */
export function keyPrefixOf({ url }: Pick<StreamNames["stream"], "url">): string {
  return url.replace(/^s3:\/\/[^/]+\//, "");
}

/**
 * What Snowflake knows of each file of a stream: FILE, the latest entry of the load history (STATUS, LAST_LOAD_TIME,
 * FIRST_ERROR_MESSAGE), and when the newest version that has rows in the landing table was written (ROWS_MODIFIED).
 */
export function knownFilesSql(
  { snowflake }: Pick<PipelineOutputs, "snowflake">,
  names: Names,
  { stream, table }: StreamNames,
  { accountUsage }: HistoryOptions = {},
): string {
  const prefix = literal(keyPrefixOf(stream));
  const location = literal(stream.url.replace(/^s3:/, ""));
  // Some exports create empty files and delete them again. The size is unknown while a load is in progress.
  const hasContent = "COALESCE(FILE_SIZE, 1) > 0";
  const file = `IFF(STARTSWITH(FILE_NAME, ${prefix}), FILE_NAME, ${prefix} || FILE_NAME) AS FILE`;
  const columns = `${file}, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE`;
  const recent = `SELECT ${columns}
    FROM TABLE(${names.database}.INFORMATION_SCHEMA.COPY_HISTORY(
      TABLE_NAME => ${literal(table)},
      START_TIME => DATEADD(DAY, -${HISTORY_DAYS.schema}, CURRENT_TIMESTAMP())
    ))
    WHERE CONTAINS(STAGE_LOCATION, ${location}) AND ${hasContent}`;
  // Of a table that was dropped and created again, the view still has the loads of the first.
  const year = `SELECT ${columns}
    FROM SNOWFLAKE.ACCOUNT_USAGE.COPY_HISTORY
    WHERE TABLE_CATALOG_NAME = ${literal(canonicalName(snowflake.database))}
      AND TABLE_SCHEMA_NAME = ${literal(names.storedSchema)}
      AND TABLE_NAME = ${literal(canonicalName(stream.table))}
      AND CONTAINS(STAGE_LOCATION, ${location}) AND ${hasContent}
      AND LAST_LOAD_TIME >= (
        SELECT CREATED FROM ${names.database}.INFORMATION_SCHEMA.TABLES
        WHERE TABLE_SCHEMA = ${literal(names.storedSchema)} AND TABLE_NAME = ${literal(canonicalName(stream.table))}
      )`;
  const history = accountUsage ? `${recent}\n    UNION ALL\n    ${year}` : recent;
  return `SELECT
  COALESCE(IN_TABLE.FILE, IN_HISTORY.FILE) AS FILE,
  IN_HISTORY.STATUS AS STATUS,
  IN_HISTORY.LAST_LOAD_TIME AS LAST_LOAD_TIME,
  IN_HISTORY.FIRST_ERROR_MESSAGE AS FIRST_ERROR_MESSAGE,
  IN_TABLE.ROWS_MODIFIED AS ROWS_MODIFIED
FROM (
  SELECT FILE_NAME AS FILE, MAX(FILE_LAST_MODIFIED) AS ROWS_MODIFIED
  FROM ${table}
  WHERE STARTSWITH(FILE_NAME, ${prefix})
  GROUP BY FILE_NAME
) AS IN_TABLE
FULL OUTER JOIN (
  SELECT FILE, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE
  FROM (
    ${history}
  ) AS LOADS
  QUALIFY ROW_NUMBER() OVER (PARTITION BY LOADS.FILE ORDER BY LOADS.LAST_LOAD_TIME DESC NULLS FIRST) = 1
) AS IN_HISTORY ON IN_HISTORY.FILE = IN_TABLE.FILE`;
}

/**
 * The objects of a stream's folder by its stage's directory table, as of that table's last refresh: FILE, BYTES, LAST_MODIFIED.
 * It does not know storage classes. docs.snowflake.com/en/user-guide/data-load-dirtables-query
 */
export function directorySql({ stream, stage }: StreamNames): string {
  return `SELECT ${literal(keyPrefixOf(stream))} || RELATIVE_PATH AS FILE, SIZE AS BYTES, LAST_MODIFIED, NULL AS STORAGE_CLASS
FROM DIRECTORY(${literal(`@${stage}`)})`;
}

/** What lists a stream's objects beside what Snowflake knows of them. One of both is null where only the other has the file. */
export function listedAndKnownSql(listed: string, known: string): string {
  return `SELECT
  COALESCE(LISTED.FILE, KNOWN.FILE) AS FILE,
  LISTED.BYTES AS BYTES,
  LISTED.LAST_MODIFIED AS LAST_MODIFIED,
  LISTED.STORAGE_CLASS AS STORAGE_CLASS,
  KNOWN.STATUS AS STATUS,
  KNOWN.LAST_LOAD_TIME AS LAST_LOAD_TIME,
  KNOWN.FIRST_ERROR_MESSAGE AS FIRST_ERROR_MESSAGE,
  KNOWN.ROWS_MODIFIED AS ROWS_MODIFIED
FROM (
${listed}
) AS LISTED
FULL OUTER JOIN (
${known}
) AS KNOWN ON KNOWN.FILE = LISTED.FILE`;
}

/**
 * The query of the view `<TABLE>_FILES`. IS_LOADED says of the version that the directory table has, or of a file that it has
 * not, whether it was loaded. Times are compared as seconds since 1970: those of S3 are whole ones, and types with and without
 * a time zone would meet.
 */
export function filesViewSql(
  outputs: Pick<PipelineOutputs, "snowflake">,
  names: Names,
  stream: StreamNames,
): string {
  const seconds = (time: string) => `DATE_PART(EPOCH_SECOND, ${time})`;
  const written = `COALESCE(${seconds("LAST_MODIFIED")}, 0)`;
  return `SELECT
  FILE, BYTES, LAST_MODIFIED, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE, ROWS_MODIFIED,
  COALESCE(${seconds("ROWS_MODIFIED")} >= ${written}, FALSE)
    OR COALESCE(UPPER(STATUS) = 'LOADED' AND ${seconds("LAST_LOAD_TIME")} >= ${written}, FALSE) AS IS_LOADED
FROM (
${listedAndKnownSql(directorySql(stream), knownFilesSql(outputs, names, stream))}
) AS FILES`;
}
