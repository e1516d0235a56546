import assert from "node:assert/strict";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { modes, sampleOutputs } from "./sample-outputs";
import { readStatements, skeletonOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);

const backfill = /^EXECUTE IMMEDIATE <block BEGIN IF/;

describe("loaders in the SQL for Snowflake", () => {
  it("makes pipes that take events by queue or topic, and tasks where there is none", () => {
    const load = (mode: (typeof modes)[number]) => snowflakeSql(sampleOutputs({ mode }), "load");
    assert.match(
      load("snowflake-queue"),
      /CREATE PIPE IF NOT EXISTS \S+\n {2}AUTO_INGEST = TRUE\n {2}COMMENT = .*\nAS\nCOPY INTO/,
    );
    assert.match(
      load("sns"),
      /CREATE PIPE IF NOT EXISTS \S+\n {2}AUTO_INGEST = TRUE\n {2}AWS_SNS_TOPIC = 'arn:aws:sns:us-east-1:111122223333:files'\n {2}COMMENT = .*\nAS\n/,
    );
    for (const mode of ["queue", "none"] as const) {
      assert.doesNotMatch(load(mode), /CREATE PIPE/);
      assert.match(
        load(mode),
        /CREATE OR ALTER TASK \S+\n.*\n {2}SCHEDULE = '15 MINUTES'\n(.*\n){3}AS\nCOPY INTO/,
      );
      const hourly = sampleOutputs({ mode, snowflake: { taskMinutes: 60 } });
      assert.match(snowflakeSql(hourly, "load"), /SCHEDULE = '60 MINUTES'/);
      assert.match(
        snowflakeSql(sampleOutputs({ mode }), "setup"),
        /GRANT EXECUTE TASK, EXECUTE MANAGED TASK ON ACCOUNT/,
      );
    }
  });

  it("copies what there is before a pipe exists and never after, then refreshes", () => {
    const statements = statementsOf(snowflakeSql(sampleOutputs(), "load"));
    const at = (start: RegExp) => statements.findIndex((statement) => start.test(statement));
    assert.equal(statements.filter((statement) => statement.includes("COPY INTO")).length, 2);
    assert.match(
      statements[at(backfill)] ?? "",
      /IF \( NOT EXISTS \( SELECT 1 FROM <name> \. INFORMATION_SCHEMA \. PIPES WHERE PIPE_SCHEMA = <text> AND PIPE_NAME = <text> \) \) THEN COPY INTO/,
    );
    assert.ok(at(backfill) < at(/^CREATE PIPE/) && at(/^CREATE PIPE/) < at(/^ALTER PIPE .* REFRESH$/));
  });

  it("ends a task that another mode has left, before the pipe's files are copied", () => {
    for (const mode of ["snowflake-queue", "sns"] as const) {
      const statements = statementsOf(snowflakeSql(sampleOutputs({ mode }), "load"));
      const at = (start: RegExp) => statements.findIndex((statement) => start.test(statement));
      assert.ok(at(/^DROP TASK IF EXISTS/) >= 0 && at(/^DROP TASK IF EXISTS/) < at(backfill));
    }
    assert.doesNotMatch(snowflakeSql(sampleOutputs({ mode: "queue" }), "load"), /DROP/);
  });

  it("lands each record whole with its origin, and never uses options a pipe has not", () => {
    for (const mode of modes) {
      const load = snowflakeSql(sampleOutputs({ mode, formats: ["jsonl", "parquet"], streams: 2 }), "load");
      assert.match(load, /SELECT \$1, METADATA\$FILENAME, .*METADATA\$START_SCAN_TIME\n/);
      assert.match(load, /ON_ERROR = SKIP_FILE/);
      assert.doesNotMatch(
        // Without what looks whose the objects are.
        load.replace(/^BEGIN\n {2}SHOW TASKS[\s\S]*?\n\$\$;/gm, ""),
        /CURRENT_|SYSDATE|GETDATE|ABORT_STATEMENT|PURGE|FORCE|SIZE_LIMIT|FILES =|VALIDATION_MODE|MATCH_BY|WHERE (?!PIPE_SCHEMA)/,
      );
    }
  });

  it("reads plain and compressed JSON lines, and Parquet by the vectorized scanner", () => {
    const setup = snowflakeSql(sampleOutputs({ formats: ["jsonl", "parquet"], streams: 2 }), "setup");
    assert.match(
      setup,
      /"LOGS_0_FORMAT" TYPE = JSON COMPRESSION = AUTO REPLACE_INVALID_CHARACTERS = TRUE COMMENT/,
    );
    assert.match(
      setup,
      /"LOGS_1_FORMAT" TYPE = PARQUET COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE REPLACE_INVALID_CHARACTERS = TRUE /,
    );
    assert.match(
      setup,
      /ALTER FILE FORMAT \S+"LOGS_1_FORMAT" SET COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE REPLACE_INVALID_CHARACTERS = TRUE /,
    );
  });
});
