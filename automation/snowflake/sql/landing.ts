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
