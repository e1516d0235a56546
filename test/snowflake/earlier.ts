/** Objects of a stream as the first deployed version created them: by name and text, and without a comment. */
export function earlierObjects({ schema, table, url }: Readonly<Record<"schema" | "table" | "url", string>>) {
  const named = (suffix: string) => `${schema}."${table}${suffix}"`;
  const columns = "RAW, FILE_NAME, FILE_ROW_NUMBER, FILE_LAST_MODIFIED, FILE_CONTENT_KEY, LOADED_AT";
  const copy = `COPY INTO ${named("")} (${columns})
FROM (
  SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$FILE_LAST_MODIFIED, METADATA$FILE_CONTENT_KEY, METADATA$START_SCAN_TIME
  FROM '@${named("_STAGE")}'
)
FILE_FORMAT = (FORMAT_NAME = '${named("_FORMAT")}')
ON_ERROR = SKIP_FILE`;
  return {
    setup: [
      `CREATE FILE FORMAT IF NOT EXISTS ${named("_FORMAT")} TYPE = JSON COMPRESSION = AUTO`,
      `CREATE STAGE IF NOT EXISTS ${named("_STAGE")}
  URL = '${url}'
  STORAGE_INTEGRATION = "EXPORTS_S3"
  FILE_FORMAT = (FORMAT_NAME = '${named("_FORMAT")}')`,
      `CREATE TABLE IF NOT EXISTS ${named("")} (
  RAW VARIANT,
  FILE_NAME VARCHAR,
  FILE_ROW_NUMBER NUMBER(38, 0),
  FILE_LAST_MODIFIED TIMESTAMP_NTZ,
  FILE_CONTENT_KEY VARCHAR,
  LOADED_AT TIMESTAMP_LTZ
)`,
      `CREATE OR REPLACE VIEW ${named("_LATEST")} COPY GRANTS AS
SELECT
  RAW:id::VARCHAR AS ID,
  TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) AS XACT_ID,
  ${columns.replaceAll(", ", ",\n  ")}
FROM ${named("")}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST, FILE_LAST_MODIFIED DESC, LOADED_AT DESC
) = 1`,
    ],
    pipe: (name: string) =>
      `CREATE PIPE IF NOT EXISTS ${schema}."${name}"\n  AUTO_INGEST = TRUE\nAS\n${copy}`,
    task: `CREATE OR ALTER TASK ${named("_LOAD")}
  USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL'
  SCHEDULE = '15 MINUTES'
AS
${copy}`,
  };
}
