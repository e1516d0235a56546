import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { z } from "zod";

/** A Python that has fakesnow. */
const python = process.env.FAKESNOW_PYTHON ?? "python3";

/** What is executed, in an account of its own. */
export interface Order {
  /** Folder that stands for the bucket. */
  readonly bucket: string;
  /** Parquet files to write into it first, by their path. */
  readonly parquet?: Readonly<Record<string, readonly object[]>>;
  /** Integrations that another has created before. */
  readonly foreign?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Keys of which no event reaches Snowflake, and keys that it cannot read. */
  readonly lost?: readonly string[];
  /** Keys that come after the back-fill, and before the pipe is refreshed. */
  readonly late?: readonly string[];
  readonly archived?: readonly string[];
  /** An account with DEFAULT_DDL_COLLATION = 'en-ci': docs.snowflake.com/en/sql-reference/collation */
  readonly ignoresCase?: boolean;
  /** Folders of stages that the SQL does not create, by the stage's name as SQL text. */
  readonly inventories?: Readonly<Record<string, string>>;
  readonly steps: readonly string[];
  /** Tables and views to look at, as database, schema and name. */
  readonly tables: readonly (readonly string[])[];
}

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const executed = z.object({
  steps: z.array(
    z.object({
      failure: z.string().nullable(),
      /** By name; null where there is none. A text is DuckDB's complaint. */
      rows: z.record(z.string(), z.union([z.array(row), z.string(), z.null()])),
      integrations: z.record(z.string(), z.record(z.string(), z.string())),
    }),
  ),
  left: z.array(z.string()),
  skipped: z.array(z.tuple([z.string(), z.string()])),
  /** Rows of each query for the files. */
  answers: z.array(z.array(row)),
  /** By the words that a statement begins with. */
  counts: z.record(z.string(), z.record(z.string(), z.number())),
});
export type Executed = z.infer<typeof executed>;

/** Skips what needs fakesnow where it is not there, and says so. */
export function needFakesnow(test: Mocha.Context): void {
  if (spawnSync(python, ["-c", "import fakesnow, pyarrow"]).status === 0) return;
  console.error(`skipped: ${python} has no fakesnow; FAKESNOW_PYTHON names another Python`);
  test.skip();
}

/** Runs the steps from top to bottom. Fails where a statement does that is not meant to. */
export function execute(order: Order): Executed {
  const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, "execute.py")], {
    input: JSON.stringify(order),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(status, 0, stderr);
  return executed.parse(JSON.parse(stdout));
}
