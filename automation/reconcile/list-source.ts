import { UsageError } from "../errors";
import { canonicalName, qualifiedName } from "../snowflake/sql/identifiers";

/** What lists the bucket: S3 itself, or something that Snowflake reads. */
export type BucketList = { readonly kind: "s3" } | SnowflakeList;

/** `name` is SQL text: a stage with the path of an S3 Inventory, or a table with the columns of an S3 Metadata inventory table. */
export type SnowflakeList =
  | { readonly kind: "directory" }
  | { readonly kind: "inventory"; readonly name: string; readonly path: string }
  | { readonly kind: "table"; readonly name: string };

/** Whether Snowflake lists the bucket. */
export function inSnowflake(list: BucketList | undefined): list is SnowflakeList {
  return list !== undefined && list.kind !== "s3";
}

/** One name of a path: in double quotes, with each double quote in it written twice, or without any. */
const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[^."@/\s]+)`;
const OBJECT = new RegExp(`^(@?)(${IDENTIFIER})\\.(${IDENTIFIER})\\.(${IDENTIFIER})(/.*)?$`, "u");

/**
 * A source as the command line names it: `s3`, `directory`, `@DATABASE.SCHEMA.STAGE/path` or `DATABASE.SCHEMA.TABLE`.
 *
 * @throws UsageError where it is none of them.
 */
export function bucketListOf(text: string): BucketList {
  if (text === "s3" || text === "directory") return { kind: text };
  const [, at, database = "", schema = "", object = "", path] = OBJECT.exec(text) ?? [];
  if (at === undefined || (at === "" && path !== undefined)) {
    throw new UsageError(
      `--list-from ${JSON.stringify(text)}: must be s3, directory, @DATABASE.SCHEMA.STAGE with the path of an S3 Inventory, ` +
        "or DATABASE.SCHEMA.TABLE with the columns of an S3 Metadata inventory table",
    );
  }
  const name = qualifiedName(...[database, schema, object].map(canonicalName));
  if (at === "") return { kind: "table", name };
  // Without the slash a path also takes in what only begins like it. docs.snowflake.com/en/user-guide/querying-stage
  return { kind: "inventory", name, path: path === undefined ? "/" : path.replace(/\/*$/, "/") };
}
