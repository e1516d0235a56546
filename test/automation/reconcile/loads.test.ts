import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { UsageError } from "../../../automation/errors";
import { batchesOf, type MissingFile } from "../../../automation/reconcile/load-missing-sql";
import { afterLoads, readLoads, renderLoads } from "../../../automation/reconcile/loads";
import { type FileState, fileStates } from "../../../automation/reconcile/states";

const bucket = "acme-exports";

function file(stream: string, name: string, state: FileState = "skipped"): MissingFile {
  return { stream, key: `raw/${stream}/${name}`, state };
}

/** As COPY answers of a file, among statements that answer otherwise. docs.snowflake.com/en/sql-reference/sql/copy-into-table */
function copied(key: string, status: string, rows: number, error: string | null = null) {
  return { file: `s3://${bucket}/raw/${key}`, status, rows_loaded: rows, first_error: error };
}

const report = async (missing: readonly MissingFile[], ...answers: readonly (readonly object[])[]) =>
  readLoads(
    batchesOf(missing),
    bucket,
    Readable.from([
      Buffer.from(JSON.stringify([[{ status: "Statement executed successfully." }], ...answers])),
    ]),
  );

describe("what a load of missing files did", () => {
  const missing = [
    file("spans", "it's, \u{1F600}\n.jsonl"),
    file("spans", "part.jsonl"),
    file("spans", "bad.jsonl"),
    file("evals", "unnamed.parquet", "failed"),
    file("evals", "other.parquet"),
  ];

  it("says of each file what COPY did, and of one that COPY does not name that it is as before", async () => {
    const reports = await report(
      missing,
      [
        copied("spans/it's, \u{1F600}\n.jsonl", "LOADED", 3),
        copied("spans/part.jsonl", "Partially loaded", 1, "bad line"),
        copied("spans/bad.jsonl", "LOAD_FAILED", 0, "Error parsing\nJSON"),
      ],
      [{ status: "Copy executed with 0 files processed." }],
    );
    assert.deepEqual(
      reports.map(({ stream, files }) => [stream, files.map(({ state }) => state)]),
      [
        ["spans", ["loaded", "loadedWithErrors", "failed"]],
        ["evals", ["failed", "skipped"]],
      ],
    );
    assert.equal(
      renderLoads(reports),
      [
        "batch 1 of 2, stream spans: 2 of 3 files loaded, 4 rows; not loaded:",
        "  raw/spans/bad.jsonl: Error parsing\\nJSON",
        "batch 2 of 2, stream evals: 0 of 2 files loaded, 0 rows; not loaded:",
        "  raw/evals/unnamed.parquet",
        "  raw/evals/other.parquet",
      ].join("\n"),
    );
    const none = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<FileState, number>;
    const streams = [
      { stream: "evals", counts: { ...none, failed: 1, skipped: 1, loaded: 5 } },
      { stream: "spans", counts: { ...none, skipped: 3, loaded: 7 } },
    ];
    assert.deepEqual(
      afterLoads(streams, batchesOf(missing), reports).map(({ counts }) => counts),
      [
        { ...none, failed: 1, skipped: 1, loaded: 5 },
        { ...none, loaded: 8, loadedWithErrors: 1, failed: 1 },
      ],
    );
  });

  it("says which files kept a batch from running, and that those are loaded", async () => {
    const [first, ...others] = await report(missing.slice(0, 3), [
      { file: "raw/spans/part.jsonl", status: "LOADED_SINCE" },
    ]);
    assert.ok(first !== undefined && others.length === 0);
    assert.deepEqual(
      first.files.map(({ state }) => state),
      ["skipped", "loaded", "skipped"],
    );
    assert.match(
      renderLoads([first]),
      /^batch 1 of 1, stream spans: left out, .* run the command again:\n {2}raw\/spans\/part.jsonl$/,
    );
  });

  it("refuses an answer whose rows are not COPY's", async () => {
    await assert.rejects(report(missing, [{ file: "raw/spans/part.jsonl", rows: 1 }]), UsageError);
  });
});
