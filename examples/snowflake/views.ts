/** The queries of the views, as `sql --part objects` has them. Names are SQL text, `columns` those of the landing table. */

/** One row for each id: the record with the highest transaction id. */
export function latestQuery(table: string, columns: readonly string[]): string {
  return `SELECT
  RAW:id::VARCHAR AS ID,
  TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) AS XACT_ID,
  ${columns.join(", ")},
  TRY_TO_TIMESTAMP_TZ(RAW:created::VARCHAR, 'AUTO') AS CREATED,
  RAW:project_id::VARCHAR AS PROJECT_ID,
  RAW:span_id::VARCHAR AS SPAN_ID,
  RAW:root_span_id::VARCHAR AS ROOT_SPAN_ID,
  TRY_TO_BOOLEAN(RAW:is_root::VARCHAR) AS IS_ROOT,
  RAW:span_attributes.name::VARCHAR AS SPAN_NAME,
  RAW:span_attributes.type::VARCHAR AS SPAN_TYPE
FROM ${table}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY
    TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST,
    FILE_LAST_MODIFIED DESC, LOADED_AT DESC, FILE_NAME DESC, FILE_ROW_NUMBER DESC
) = 1`;
}

/** What the bucket, the load history and the landing table have of a stream's files. Texts are SQL constants. */
export interface FilesView {
  readonly database: string;
  readonly table: string;
  readonly tableText: string;
  readonly stageText: string;
  /** The stream's folder, as the keys of its objects begin. */
  readonly prefixText: string;
  /** Bucket and folder, with the slashes before them. */
  readonly locationText: string;
}

/** One row for each file, and whether it was loaded. */
export function filesQuery({
  database,
  table,
  tableText,
  stageText,
  prefixText,
  locationText,
}: FilesView): string {
  const written = "COALESCE(DATE_PART(EPOCH_SECOND, LAST_MODIFIED), 0)";
  return `SELECT
  FILE, BYTES, LAST_MODIFIED, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE, ROWS_MODIFIED,
  COALESCE(DATE_PART(EPOCH_SECOND, ROWS_MODIFIED) >= ${written}, FALSE)
    OR COALESCE(UPPER(STATUS) = 'LOADED' AND DATE_PART(EPOCH_SECOND, LAST_LOAD_TIME) >= ${written}, FALSE) AS IS_LOADED
FROM (
  SELECT
    COALESCE(LISTED.FILE, KNOWN.FILE) AS FILE,
    LISTED.BYTES AS BYTES,
    LISTED.LAST_MODIFIED AS LAST_MODIFIED,
    LISTED.STORAGE_CLASS AS STORAGE_CLASS,
    KNOWN.STATUS AS STATUS,
    KNOWN.LAST_LOAD_TIME AS LAST_LOAD_TIME,
    KNOWN.FIRST_ERROR_MESSAGE AS FIRST_ERROR_MESSAGE,
    KNOWN.ROWS_MODIFIED AS ROWS_MODIFIED
  FROM (
    SELECT ${prefixText} || RELATIVE_PATH AS FILE, SIZE AS BYTES, LAST_MODIFIED, NULL AS STORAGE_CLASS
    FROM DIRECTORY(${stageText})
  ) AS LISTED
  FULL OUTER JOIN (
    SELECT
      COALESCE(IN_TABLE.FILE, IN_HISTORY.FILE) AS FILE,
      IN_HISTORY.STATUS AS STATUS,
      IN_HISTORY.LAST_LOAD_TIME AS LAST_LOAD_TIME,
      IN_HISTORY.FIRST_ERROR_MESSAGE AS FIRST_ERROR_MESSAGE,
      IN_TABLE.ROWS_MODIFIED AS ROWS_MODIFIED
    FROM (
      SELECT FILE_NAME AS FILE, MAX(FILE_LAST_MODIFIED) AS ROWS_MODIFIED
      FROM ${table}
      WHERE STARTSWITH(FILE_NAME, ${prefixText})
      GROUP BY FILE_NAME
    ) AS IN_TABLE
    FULL OUTER JOIN (
      SELECT FILE, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE
      FROM (
        SELECT
          IFF(STARTSWITH(FILE_NAME, ${prefixText}), FILE_NAME, ${prefixText} || FILE_NAME) AS FILE,
          STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE
        FROM TABLE(${database}.INFORMATION_SCHEMA.COPY_HISTORY(
          TABLE_NAME => ${tableText},
          START_TIME => DATEADD(DAY, -14, CURRENT_TIMESTAMP())
        ))
        WHERE CONTAINS(STAGE_LOCATION, ${locationText}) AND COALESCE(FILE_SIZE, 1) > 0
      ) AS LOADS
      QUALIFY ROW_NUMBER() OVER (PARTITION BY LOADS.FILE ORDER BY LOADS.LAST_LOAD_TIME DESC NULLS FIRST) = 1
    ) AS IN_HISTORY ON IN_HISTORY.FILE = IN_TABLE.FILE
  ) AS KNOWN ON KNOWN.FILE = LISTED.FILE
) AS FILES`;
}
