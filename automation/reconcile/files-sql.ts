import type { PipelineOutputs } from "../outputs";
import {
  directorySql,
  HISTORY_DAYS,
  type HistoryOptions,
  keyPrefixOf,
  knownFilesSql,
  listedAndKnownSql,
} from "../snowflake/sql/files-sql";
import { literal } from "../snowflake/sql/identifiers";
import { autoIngests } from "../snowflake/sql/integration-sql";
import { type Names, namesOf, type StreamNames, sharesOf } from "../snowflake/sql/names";
import { KEEP_CASE } from "../snowflake/sql/scripting";
import { compareUtf8 } from "./byte-order";
import { inventoryFormatsSql, inventorySql, listedUntilSql } from "./inventory-sql";
import { type BucketList, inSnowflake } from "./list-source";

/** What the SQL for a comparison lists, and how far back. */
export interface FilesSqlOptions extends HistoryOptions {
  /** What lists the bucket. @default `s3`: not Snowflake, and the answer has what it knows alone */
  readonly list?: BucketList | undefined;
}

/**
 * Asks Snowflake for every file of every stream: by name, in the order of its bytes, with the latest entry of the load history,
 * the newest version in the landing table and, where Snowflake lists the bucket, the object. A stream's row without a file has
 * its pipe's status, the time, since when the history is known, and of when the list is. Times are milliseconds since 1970.
 * More than a hundred streams take several statements: first those of the streams' rows, then those of the files.
 */
export function filesSql(outputs: PipelineOutputs, options: FilesSqlOptions = {}): string {
  const names = namesOf(outputs);
  const { list } = options;
  const streamRows = (share: Names) => share.streams.map((each) => streamRow(outputs, names, each, options));
  const filesOf = (share: Names) => share.streams.map((each) => fileRows(outputs, names, each, options));
  const shares = sharesOf({ ...names, streams: [...names.streams].sort(byPrefix) });
  // What all streams answer is in one order by files: folders do not overlap.
  const queries =
    shares.length === 1
      ? shares.map((share) => [...streamRows(share), ...filesOf(share)])
      : [...shares.map(streamRows), ...shares.map(filesOf)];
  return [
    "-- What Snowflake knows of every file of the stack, for the command reconcile. It changes nothing that is loaded.",
    // An account may set it. docs.snowflake.com/en/sql-reference/parameters
    KEEP_CASE,
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...(list?.kind === "directory" ? names.streams.map(({ stage }) => `ALTER STAGE ${stage} REFRESH`) : []),
    ...(list?.kind === "inventory" ? inventoryFormatsSql(names) : []),
    ...queries.map((rows) => `${rows.join("\nUNION ALL\n")}\nORDER BY FILE, STREAM`),
  ]
    .map((text) => (text.startsWith("--") ? text : `${text};`))
    .join("\n")
    .concat("\n");
}

function byPrefix({ stream: one }: StreamNames, { stream: other }: StreamNames): number {
  return compareUtf8(keyPrefixOf(one), keyPrefixOf(other));
}

/** A task has no status that names files: each run copies whatever is new. */
function streamRow(
  outputs: PipelineOutputs,
  names: Names,
  { stream, pipe }: StreamNames,
  { accountUsage, list }: FilesSqlOptions,
): string {
  const status = autoIngests(outputs) ? `SYSTEM$PIPE_STATUS(${literal(pipe)})` : "NULL";
  const days = accountUsage ? HISTORY_DAYS.account : HISTORY_DAYS.schema;
  return `SELECT
  ${literal(stream.name)} AS STREAM,
  '' AS FILE,
  NULL AS STATUS,
  ${milliseconds("CURRENT_TIMESTAMP()")} AS LOADED_AT,
  ${status} AS MESSAGE,
  ${milliseconds(`DATEADD(DAY, -${days}, CURRENT_TIMESTAMP())`)} AS MODIFIED${
    inSnowflake(list)
      ? `,
  NULL AS BYTES,
  ${list.kind === "directory" ? milliseconds("CURRENT_TIMESTAMP()") : listedUntilSql(names, list)} AS STORED_AT,
  NULL AS STORAGE_CLASS`
      : ""
  }`;
}

function fileRows(
  outputs: PipelineOutputs,
  names: Names,
  stream: StreamNames,
  { list, ...history }: FilesSqlOptions,
): string {
  const known = knownFilesSql(outputs, names, stream, history);
  const columns = `SELECT
  ${literal(stream.stream.name)} AS STREAM,
  FILE,
  STATUS,
  ${milliseconds("LAST_LOAD_TIME")} AS LOADED_AT,
  FIRST_ERROR_MESSAGE AS MESSAGE,
  ${milliseconds("ROWS_MODIFIED")} AS MODIFIED`;
  if (!inSnowflake(list)) return `${columns}\nFROM (\n${known}\n) AS KNOWN`;
  const stored = `,
  BYTES,
  ${milliseconds("LAST_MODIFIED")} AS STORED_AT`;
  // The view has two weeks of load history.
  if (list.kind === "directory" && !history.accountUsage) {
    return `${columns}${stored},\n  NULL AS STORAGE_CLASS\nFROM ${stream.files}`;
  }
  const listed =
    list.kind === "directory"
      ? directorySql(stream)
      : inventorySql(names, list, { bucket: outputs.bucketName, prefix: keyPrefixOf(stream.stream) });
  return `${columns}${stored},\n  STORAGE_CLASS\nFROM (\n${listedAndKnownSql(listed, known)}\n) AS FILES`;
}

function milliseconds(time: string): string {
  return `DATE_PART(EPOCH_MILLISECOND, ${time})`;
}
