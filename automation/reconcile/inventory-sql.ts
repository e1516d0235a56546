import { literal } from "../snowflake/sql/identifiers";
import type { Names } from "../snowflake/sql/names";
import type { SnowflakeList } from "./list-source";

type Inventory = Exclude<SnowflakeList, { kind: "directory" }>;

/** Where a stream's objects are. */
interface Folder {
  readonly bucket: string;
  readonly prefix: string;
}

/** Formats that live as long as the session: a query of a stage takes a format by name alone. */
export function inventoryFormatsSql(names: Names): string[] {
  const { manifest, data } = formatsOf(names);
  return [
    `CREATE OR REPLACE TEMPORARY FILE FORMAT ${manifest} TYPE = JSON`,
    `CREATE OR REPLACE TEMPORARY FILE FORMAT ${data} TYPE = PARQUET USE_VECTORIZED_SCANNER = TRUE`,
  ];
}

function formatsOf({ schema }: Names) {
  return { manifest: `${schema}."S3_INVENTORY_MANIFEST"`, data: `${schema}."S3_INVENTORY_DATA"` };
}

/**
 * The objects of a folder by an inventory: FILE, BYTES, LAST_MODIFIED, STORAGE_CLASS. One of all versions, or a table of S3
 * Metadata, has more than one row of a key: the newest counts, and a delete marker as no object. Columns that are optional are
 * read as null where they are not there, whatever the case of their names.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html, .../metadata-tables-inventory-schema.html
 */
export function inventorySql(names: Names, list: Inventory, { bucket, prefix }: Folder): string {
  const source = list.kind === "inventory" ? newestInventory(names, list) : tableRows(list);
  const column = (name: string, type: string) => `GET_IGNORE_CASE(ENTRY, '${name}')::${type}`;
  return `SELECT FILE, BYTES, LAST_MODIFIED, STORAGE_CLASS
FROM (
  SELECT
    ${column("key", "VARCHAR")} AS FILE,
    ${column("size", "NUMBER")} AS BYTES,
    ${column("last_modified_date", "TIMESTAMP_NTZ")} AS LAST_MODIFIED,
    ${column("storage_class", "VARCHAR")} AS STORAGE_CLASS,
    COALESCE(${column("is_delete_marker", "BOOLEAN")}, FALSE) AS IS_DELETED,
    COALESCE(${column("is_latest", "BOOLEAN")}, TRUE) AS IS_LATEST
  FROM (
    ${source}
  ) AS ENTRIES
  WHERE ${column("bucket", "VARCHAR")} = ${literal(bucket)}
    AND STARTSWITH(${column("key", "VARCHAR")}, ${literal(prefix)})
) AS VERSIONS
QUALIFY ROW_NUMBER() OVER (PARTITION BY FILE ORDER BY IS_LATEST DESC, LAST_MODIFIED DESC, IS_DELETED DESC) = 1 AND NOT IS_DELETED`;
}

/**
 * Of when a list is, in milliseconds since 1970. A table does not say it: its newest object is as old at least, and what is
 * newer than that is not in the table.
 */
export function listedUntilSql(names: Names, list: Inventory): string {
  return list.kind === "inventory"
    ? `(SELECT MAX($1:creationTimestamp::NUMBER) FROM ${manifestsOf(names, list)})`
    : `(SELECT DATE_PART(EPOCH_MILLISECOND, MAX(GET_IGNORE_CASE(ENTRY, 'last_modified_date')::TIMESTAMP_NTZ)) FROM (${tableRows(list)}) AS ENTRIES)`;
}

function tableRows({ name }: Extract<Inventory, { kind: "table" }>): string {
  return `SELECT OBJECT_CONSTRUCT(*) AS ENTRY FROM ${name}`;
}

/** The folder of an inventory keeps the files of earlier ones: the newest manifest names those that belong together. */
function newestInventory(names: Names, list: Extract<Inventory, { kind: "inventory" }>): string {
  const data = `${literal(`@${list.name}${list.path}`)} (FILE_FORMAT => ${literal(formatsOf(names).data)}, PATTERN => '.*[.]parquet')`;
  return `SELECT $1 AS ENTRY
    FROM ${data}
    WHERE METADATA$FILENAME IN (
      SELECT NAMED.VALUE:key::VARCHAR
      FROM (
        SELECT $1:files AS FILES
        FROM ${manifestsOf(names, list)}
        QUALIFY ROW_NUMBER() OVER (ORDER BY $1:creationTimestamp::NUMBER DESC) = 1
      ) AS NEWEST, LATERAL FLATTEN(INPUT => NEWEST.FILES) AS NAMED
    )`;
}

function manifestsOf(names: Names, { name, path }: Extract<Inventory, { kind: "inventory" }>): string {
  return `${literal(`@${name}${path}`)} (FILE_FORMAT => ${literal(formatsOf(names).manifest)}, PATTERN => '.*/manifest[.]json')`;
}
