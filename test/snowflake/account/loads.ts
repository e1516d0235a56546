import { gunzipSync } from "node:zlib";

/** An object of the bucket, as Snowflake lists it. */
export interface StoredFile {
  /** `s3://bucket/key` */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly read: () => Promise<Buffer>;
}

/** What became of a file in a table: docs.snowflake.com/en/sql-reference/functions/copy_history */
export interface Load {
  readonly file: string;
  readonly location: string;
  readonly status: "Loaded" | "Load failed";
  readonly rows: number;
  readonly message: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly modified: number;
}

/**
 * Loads a file of JSON lines whole or not at all, as ON_ERROR = SKIP_FILE does.
 * docs.snowflake.com/en/sql-reference/sql/copy-into-table
 */
export async function loaded({ url, modified, read }: StoredFile, location: string): Promise<Load> {
  const known = { file: keyOf(url), location, at: Date.now(), modified };
  try {
    const content = await read();
    const text = (url.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    for (const line of lines) needJson(line);
    return { ...known, status: "Loaded", rows: lines.length, message: null };
  } catch (error) {
    return { ...known, status: "Load failed", rows: 0, message: (error as Error).message };
  }
}

/** As Snowflake words it, not this Node. */
function needJson(line: string): void {
  try {
    JSON.parse(line);
  } catch {
    throw new Error(`Error parsing JSON: incomplete object value, pos ${line.length + 1}`);
  }
}

const keyOf = (url: string) => url.replace(/^s3:\/\/[^/]*\//, "");
