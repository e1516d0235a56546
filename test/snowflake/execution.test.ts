import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { type SqlPart, snowflakeSql } from "../../automation/snowflake/sql/sql";
import { accesses, modes, type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { earlierObjects } from "./earlier";
import { type Executed, execute, needFakesnow, type Order } from "./executor";

/** Two of Braintrust's transaction ids: as texts the first is the higher one, and doubles cannot tell it from its neighbours. */
const older = "999192656880881099";
const newer = "1000192656880881099";

const lines = (...rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
/** Objects below the first stream's folder, in both of Braintrust's layouts. */
const objects: Readonly<Record<string, string | Buffer>> = {
  "2026-11-01/first.jsonl.gz": gzipSync(
    lines(
      {
        id: "a",
        _xact_id: newer,
        created: "2026-11-01T02:03:04.567Z",
        span_attributes: { name: "chat", type: "llm" },
      },
      { id: "b", _xact_id: newer, is_root: true, span_id: "s", root_span_id: "r", project_id: "p" },
      { rows: "without an id" },
      { rows: "without an id" },
    ),
  ),
  "dt=2026-11-02/hour=03/second.jsonl": lines(
    { id: "a", _xact_id: older },
    { id: "b", _xact_id: newer, tie: true },
  ),
  "dt=2026-11-02/empty.jsonl": "",
  "dt=2026-11-02/broken.jsonl": '{"id":"c"}\n{"id":',
  "dt=2026-11-02/one-bad-byte.jsonl": Buffer.from('{"id":"caf\xe9"}\n', "latin1"),
};
const rowsOfFirst = 4 + 2 + 1;

describe("the SQL, executed", () => {
  let bucket: string;

  before(function () {
    needFakesnow(this);
  });
  beforeEach(async () => {
    bucket = await fs.mkdtemp(path.join(os.tmpdir(), "bucket-"));
    for (const [key, content] of Object.entries(objects)) await upload(key, content);
    await fs.mkdir(path.join(bucket, "braintrust/stream-1"));
  });
  afterEach(() => fs.rm(bucket, { recursive: true }));

  async function upload(key: string, content: string | Buffer): Promise<void> {
    const file = path.join(bucket, "braintrust/stream-0", key);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, content);
    // All at once, so that ties are decided by the name.
    await fs.utimes(file, 1_790_000_000, 1_790_000_000);
  }

  function run(
    sample: Sample,
    parts: readonly SqlPart[],
    change: Partial<Order> = {},
    edit = (sql: string) => sql,
  ) {
    const outputs = {
      ...sampleOutputs({ streams: 2, formats: ["jsonl", "parquet"], ...sample }),
      stack: "dev",
    };
    return execute({
      bucket,
      parquet: {
        [path.join(bucket, "braintrust/stream-1/part.parquet")]: [
          { id: "x", _xact_id: older, created: "2026-11-01T00:00:00Z" },
        ],
      },
      tables: ["LOGS_0", "LOGS_1", "LOGS_0_LATEST", "LOGS_1_LATEST"].map((name) => [
        "ANALYTICS",
        "BRAINTRUST",
        name,
      ]),
      steps: parts.map((part) => edit(snowflakeSql(outputs, part))),
      ...change,
    });
  }

  for (const mode of modes) {
    for (const access of accesses) {
      it(`loads each file once, in mode ${mode} with access ${access}`, () => {
        const result = run({ mode, access, errors: mode === "sns" }, [
          "setup",
          "load",
          "check",
          "setup",
          "load",
          "teardown",
        ]);
        assert.deepEqual(
          result.steps.map(({ failure }) => failure),
          Array(6).fill(null),
        );
        assert.equal(rowsIn(result, 0, "LOGS_0").length, 0);
        for (const step of [1, 2, 3, 4]) {
          assert.equal(rowsIn(result, step, "LOGS_0").length, rowsOfFirst, `step ${step}`);
          assert.equal(rowsIn(result, step, "LOGS_1").length, 1);
        }
        assert.ok(result.skipped.length > 0);
        for (const [key] of result.skipped) assert.match(key, /broken\.jsonl$/);

        const latest = rowsIn(result, 4, "LOGS_0_LATEST");
        assert.deepEqual(
          latest.map(({ ID, XACT_ID }) => [ID, XACT_ID]).sort(),
          [
            ["a", newer],
            ["b", newer],
            ["caf\uFFFD", null],
            [null, null],
            [null, null],
          ].sort(),
        );
        // A tie goes to the file whose name is the last.
        assert.match(String(latest.find(({ ID }) => ID === "b")?.FILE_NAME), /second\.jsonl$/);
        const [typed] = latest.filter(({ ID }) => ID === "a");
        assert.match(String(typed?.CREATED), /^2026-11-01 02:03:04\.567/);
        assert.deepEqual(
          [typed?.SPAN_NAME, typed?.SPAN_TYPE, typed?.IS_ROOT, typed?.SPAN_ID],
          ["chat", "llm", null, null],
        );
        const [parquet] = rowsIn(result, 4, "LOGS_1_LATEST");
        assert.deepEqual([parquet?.ID, parquet?.XACT_ID], ["x", older]);

        // The data stays, and nothing else.
        assert.equal(rowsIn(result, 5, "LOGS_0").length, rowsOfFirst);
        assert.equal(result.steps[5]?.rows.LOGS_0_LATEST, null);
        assert.deepEqual(
          result.left.filter((name) => /_(STAGE|FORMAT|LOAD|PIPE_\d)"$|LOGS_PIPE/.test(name)),
          [],
        );
        assert.deepEqual(result.steps[5]?.integrations, {});
      });
    }
  }

  it("loads the same rows whichever layout Braintrust writes, and during the change from one to the other", async () => {
    const exports = [lines({ id: "a", _xact_id: newer }), lines({ id: "b", _xact_id: older }, { id: "c" })];
    const byRun = exports.map((_, at) => `2026-11-0${at + 1}T10/part-0.jsonl.gz`);
    const partitioned = exports.map((_, at) => `tenant=x/weekday=${at}/part-0.jsonl.gz`);
    const mixed = [byRun[0] ?? "", partitioned[1] ?? ""];
    const loaded: unknown[] = [];
    for (const keys of [byRun, partitioned, mixed]) {
      await fs.rm(path.join(bucket, "braintrust/stream-0"), { recursive: true });
      for (const [at, key] of keys.entries()) await upload(key, gzipSync(exports[at] ?? ""));
      // The file of a run that found nothing, listed before Braintrust deletes it.
      await upload("2026-11-03T10/part-0.jsonl.gz", gzipSync(""));
      const rows = rowsIn(run({}, ["setup", "load"]), 1, "LOGS_0_LATEST");
      loaded.push(rows.map(({ ID, XACT_ID }) => [ID, XACT_ID]).sort());
    }
    assert.deepEqual(
      loaded,
      Array(3).fill([
        ["a", newer],
        ["b", older],
        ["c", null],
      ]),
    );
  });

  it("loads the same under names of reserved words, with dots, blanks, dollars and characters beyond ASCII", () => {
    const names = ["SELECT", "lo.gs, é\u{1F600}"];
    const outputs = sampleOutputs({
      streams: 2,
      snowflake: { schema: "raw dätä", warehouse: "wh's", role: "läder", integration: "$$ union $$" },
    });
    const streams = outputs.streams.map((stream, at) => ({
      ...stream,
      name: ["order", "union"][at] ?? "",
      table: names[at] ?? "",
      pipe: `${names[at]}_PIPE`,
    }));
    const steps = (["setup", "load", "check", "setup", "load", "teardown"] as const).map((part) =>
      snowflakeSql({ ...outputs, stack: "dev", streams }, part),
    );
    const tables = names
      .flatMap((name) => [name, `${name}_LATEST`])
      .map((name) => ["ANALYTICS", "raw dätä", name]);
    const result = run({}, [], { steps, tables });
    assert.deepEqual(
      result.steps.map(({ failure }) => failure),
      Array(6).fill(null),
    );
    assert.equal(rowsIn(result, 4, "SELECT").length, rowsOfFirst);
    assert.equal(rowsIn(result, 4, "SELECT_LATEST").length, 5);
    assert.deepEqual(
      [result.left.filter((name) => /PIPE|STAGE/.test(name)), result.steps[5]?.integrations],
      [[], {}],
    );
  });

  it("does the same by admin and objects as by setup", () => {
    const halves = run({}, ["admin", "objects", "load"]);
    const whole = run({}, ["setup", "load"]);
    const shown = (result: Executed) =>
      rowsIn(result, result.steps.length - 1, "LOGS_0_LATEST").map(({ RAW }) => RAW);
    assert.deepEqual(shown(halves), shown(whole));
    assert.equal(shown(whole).length, 5);
  });

  it("changes no integration that is another's, and leaves it in teardown", () => {
    const foreign = {
      '"EXPORTS_S3"': { STORAGE_AWS_ROLE_ARN: "arn:aws:iam::999988887777:role/lake", COMMENT: "the lake" },
    };
    const { steps } = run({}, ["setup", "teardown"], { foreign });
    assert.match(String(steps[0]?.failure), /EXPORTS_S3/);
    for (const { integrations } of steps) assert.deepEqual(integrations, foreign);
  });

  const schema = '"ANALYTICS"."BRAINTRUST"';
  const sqlOf = (part: SqlPart) => snowflakeSql({ ...sampleOutputs(), stack: "dev" }, part);

  it("replaces, fills and drops nothing in its schema that is another's, and names all of it", () => {
    const byHand = [
      `CREATE VIEW ${schema}."LOGS_0_LATEST" COMMENT = 'of finance' AS SELECT 7 AS FILE_NAME, 7 AS FILE_ROW_NUMBER`,
      `CREATE TABLE ${schema}."LOGS_0" (RAW VARIANT, FILE_NAME VARCHAR, FILE_ROW_NUMBER NUMBER)`,
      `CREATE STAGE IF NOT EXISTS ${schema}."LOGS_0_STAGE" URL = 's3://lake/braintrust/'`,
      `CREATE FILE FORMAT IF NOT EXISTS ${schema}."LOGS_0_FORMAT" TYPE = JSON`,
      `CREATE OR ALTER TASK ${schema}."LOGS_0_LOAD" COMMENT = 'finance'\nAS\nCOPY INTO ${schema}."LAKE" (X)`,
    ];
    const steps = [
      sqlOf("admin"),
      `${byHand.join(";\n")};`,
      ...(["setup", "load", "teardown"] as const).map(sqlOf),
    ];
    const result = run({}, [], { steps });
    const named =
      'stage "LOGS_0_STAGE" of stream stream-0, file format "LOGS_0_FORMAT" of stream stream-0, ' +
      'table "LOGS_0" of stream stream-0, view "LOGS_0_LATEST" of stream stream-0, task "LOGS_0_LOAD" of stream stream-0; ';
    for (const step of [2, 3]) {
      assert.ok(
        result.steps[step]?.failure?.includes(`that are not of this stack: ${named}`),
        `step ${step}`,
      );
    }
    assert.equal(result.steps[4]?.failure, null);
    assert.deepEqual(rowsIn(result, 4, "LOGS_0_LATEST"), [{ FILE_NAME: 7, FILE_ROW_NUMBER: 7 }]);
    assert.deepEqual(rowsIn(result, 4, "LOGS_0"), []);
    assert.deepEqual(
      result.left.filter((name) => name.includes("LOGS_")),
      ["FORMAT", "LOAD", "STAGE"].map((end) => `${schema}."LOGS_0_${end}"`),
    );
  });

  it("takes what an earlier version created without comments for the stack's, then with them, and drops it", () => {
    const { setup, pipe } = earlierObjects({
      schema,
      table: "LOGS_0",
      url: "s3://exports/braintrust/stream-0/",
    });
    const earlier = `${[...setup, pipe("LOGS_PIPE_0")].join(";\n")};`;
    const teardown = sqlOf("teardown");
    const steps = [sqlOf("admin"), earlier, teardown, earlier, sqlOf("setup"), sqlOf("load"), teardown];
    const result = run({}, [], { steps });
    assert.deepEqual(
      result.steps.map(({ failure }) => failure),
      Array(7).fill(null),
    );
    assert.deepEqual(result.steps[2]?.rows.LOGS_0_LATEST, null);
    assert.ok("SPAN_ID" in (rowsIn(result, 5, "LOGS_0_LATEST")[0] ?? {}));
    assert.equal(result.steps[6]?.rows.LOGS_0_LATEST, null);
    assert.deepEqual(
      result.left.filter((name) => /_(STAGE|FORMAT|LOAD)"$|LOGS_PIPE/.test(name)),
      [],
    );
  });

  it("would notice an order by text, and a file format that refuses bad characters", () => {
    const byText = run({}, ["setup", "load"], {}, (sql) =>
      sql.replaceAll("TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC", "RAW:_xact_id::VARCHAR DESC"),
    );
    const [a] = rowsIn(byText, 1, "LOGS_0_LATEST").filter(({ ID }) => ID === "a");
    assert.equal(a?.XACT_ID, older);
    const strict = run({}, ["setup", "load"], {}, (sql) =>
      sql.replaceAll(" REPLACE_INVALID_CHARACTERS = TRUE", ""),
    );
    assert.equal(rowsIn(strict, 1, "LOGS_0").length, rowsOfFirst - 1);
  });
});

function rowsIn(result: Executed, step: number, name: string) {
  const rows = result.steps[step]?.rows[name];
  assert.ok(Array.isArray(rows), `${name}: ${rows}`);
  return rows;
}
