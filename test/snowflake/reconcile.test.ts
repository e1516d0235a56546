import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { filesSql } from "../../automation/reconcile/files-sql";
import { readFilesAnswer } from "../../automation/reconcile/known-files";
import {
  batchesOf,
  loadMissingSql,
  type MissingFile,
  missingStates,
} from "../../automation/reconcile/load-missing-sql";
import { readLoads } from "../../automation/reconcile/loads";
import { type FileReport, reconcile } from "../../automation/reconcile/reconciliation";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { Bucket } from "./bucket";
import { execute, needFakesnow, type Order } from "./executor";

const HOUR_MS = 3_600_000;
const folder = "braintrust/stream-0/";
const lost = `${folder}dt=2026-11-02/hour=03/it's "lost" \u{1F600} & <% x %>.jsonl`;
const broken = `${folder}2026-11-01/broken.jsonl`;
const archived = `${folder}2026-11-01/archived.jsonl`;
const content: Readonly<Record<string, string>> = {
  [`${folder}2026-11-01/first.jsonl`]: '{"id":"a"}\n{"id":"b"}\n',
  [`${folder}2026-11-01/\uFFFD.jsonl`]: '{"id":"c"}\n',
  [`${folder}2026-11-01/empty.jsonl`]: "",
  [lost]: '{"id":"d"}\n{"id":"e"}\n',
  [broken]: '{"id":"f"}\n{"id":',
  [archived]: '{"id":"g"}\n',
  "braintrust/stream-1/one.jsonl": '{"id":"h"}\n',
};

describe("reconcile, over executed SQL", () => {
  const outputs = { ...sampleOutputs({ streams: 2 }), stack: "dev" };
  let bucket: Bucket;

  before(function () {
    needFakesnow(this);
  });
  beforeEach(async () => {
    bucket = await Bucket.create([archived]);
    for (const [key, text] of Object.entries(content)) await bucket.put(key, text, Date.now() - 10 * HOUR_MS);
  });
  afterEach(() => bucket.remove());

  const steps = [snowflakeSql(outputs, "setup"), snowflakeSql(outputs, "load"), filesSql(outputs)];
  const run = (more: readonly string[], late: readonly string[] = [], account: Partial<Order> = {}) =>
    execute({
      bucket: bucket.folder,
      late,
      lost: [lost],
      archived: [archived],
      tables: [["ANALYTICS", "BRAINTRUST", "LOGS_0"]],
      steps: [...steps, ...more],
      ...account,
    });

  async function compare(rows: readonly object[] | undefined) {
    assert.ok(rows !== undefined);
    const answer = await readFilesAnswer(Readable.from([Buffer.from(JSON.stringify([rows]))]));
    const files: FileReport[] = [];
    await reconcile({
      outputs,
      s3: bucket.s3,
      answer,
      maxAge: 2 * HOUR_MS,
      onFile: (file) => void files.push(file),
    });
    return { files, asked: answer.streams[0]?.now ?? 0 };
  }

  const bad = (files: readonly FileReport[]) =>
    files.filter(({ state }) => state !== "loaded").map(({ key, state }) => [key, state]);

  it("names the lost, the broken and the archived file, and its SQL loads the lost one once", async () => {
    const { files, asked } = await compare(run([]).answers[0]);
    const expected = [
      [archived, "archived"],
      [broken, "failed"],
      [`${folder}2026-11-01/empty.jsonl`, "ignored"],
    ];
    assert.deepEqual(bad(files), [...expected, [lost, "skipped"]]);
    assert.equal(files.length, Object.keys(content).length);

    const missing: MissingFile[] = files.filter(({ state }) => missingStates.includes(state));
    const sql = loadMissingSql(outputs, batchesOf(missing), asked);
    const result = run([sql, sql, snowflakeSql(outputs, "load"), filesSql(outputs)]);
    assert.deepEqual(
      result.steps.map(({ failure }) => failure),
      Array(steps.length + 4).fill(null),
    );
    const rows = result.steps.at(-1)?.rows.LOGS_0;
    assert.ok(Array.isArray(rows));
    assert.deepEqual(rows.map(({ RAW }) => String(RAW).replaceAll(/\W|id/g, "")).sort(), [
      "a",
      "b",
      "c",
      "d",
      "e",
    ]);
    assert.deepEqual(bad((await compare(result.answers.at(-1))).files), expected);

    const [, first, second] = result.answers;
    const loads = async (rows: readonly object[] = []) =>
      readLoads(
        batchesOf(missing),
        outputs.bucketName,
        Readable.from([
          Buffer.from(JSON.stringify([[{ status: "Statement executed successfully." }], rows])),
        ]),
      );
    const [report] = await loads(first);
    assert.equal(report?.leftOut, false);
    assert.deepEqual(
      report.files.map(({ key, state, rows: loaded }) => [key, state, loaded]),
      [
        [broken, "failed", 0],
        [lost, "loaded", 2],
      ],
    );
    assert.match(report.files[0]?.message ?? "", /\w/);
    const [again] = await loads(second);
    assert.equal(again?.leftOut, true);
    assert.deepEqual(
      again.files.map(({ key, state }) => [key, state]),
      [
        [broken, "failed"],
        [lost, "loaded"],
      ],
    );
  });

  it("loads no file that a pipe has loaded meanwhile", async () => {
    const first = `${folder}2026-11-01/first.jsonl`;
    const batches = batchesOf([{ stream: "stream-0", key: first, state: "skipped" }]);
    const loadOf = (asked: number) => loadMissingSql(outputs, batches, asked);
    const rowsAfter = (sql: string) => {
      const rows = run([sql], [first]).steps.at(-1)?.rows.LOGS_0;
      assert.ok(Array.isArray(rows));
      return rows.filter(({ FILE_NAME }) => FILE_NAME === first).length;
    };
    assert.equal(rowsAfter(loadOf(Date.now() - HOUR_MS)), 2);
    // Without that look it would: COPY does not know the pipe's loads.
    assert.equal(rowsAfter(loadOf(Date.now() + HOUR_MS)), 4);
  });

  it("tells files apart whose names differ in case alone, where the account compares texts without case", async () => {
    const names = ["Chat.jsonl", "chat.jsonl", "Zusatz.jsonl", "\u00e9t\u00e9.jsonl"];
    for (const name of names) await bucket.put(`${folder}${name}`, '{"id":"z"}\n', Date.now() - 10 * HOUR_MS);
    const { files } = await compare(run([], [], { ignoresCase: true }).answers[0]);
    assert.deepEqual(
      names.map((name) => files.find(({ key }) => key === `${folder}${name}`)?.state),
      ["loaded", "loaded", "loaded", "loaded"],
    );
  });
});
