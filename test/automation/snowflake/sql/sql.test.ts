import assert from "node:assert/strict";
import { PipelineError, UsageError } from "../../../../automation/errors";
import { snowflakeSql, sqlParts } from "../../../../automation/snowflake/sql/sql";
import { accesses, canary, modes, sampleOutputs } from "./sample-outputs";
import { readStatements, skeletonOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);

describe("snowflakeSql", () => {
  it("writes setup, load and check in that order when no part is named", () => {
    const outputs = sampleOutputs();
    const body = (text: string) => text.slice(text.indexOf("\n\n"));
    const parts = (["setup", "load", "check"] as const).map((part) =>
      body(snowflakeSql(outputs, part)).trim(),
    );
    assert.equal(body(snowflakeSql(outputs)).trim(), parts.join("\n\n"));
  });

  it("gives the storage integration our role, our external id and the streams' folders, and alters an existing one", () => {
    const setup = snowflakeSql(sampleOutputs({ streams: 2 }), "setup");
    const settings = `  ENABLED = TRUE
  STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::111122223333:role/Reader-dev'
  STORAGE_AWS_EXTERNAL_ID = 'external-id'
  STORAGE_ALLOWED_LOCATIONS = (
    's3://exports/braintrust/stream-0/',
    's3://exports/braintrust/stream-1/'
  );`;
    assert.ok(
      setup.includes(
        `CREATE STORAGE INTEGRATION IF NOT EXISTS "EXPORTS_S3"\n  TYPE = EXTERNAL_STAGE\n  STORAGE_PROVIDER = 'S3'\n${settings}`,
      ),
    );
    assert.ok(setup.includes(`ALTER STORAGE INTEGRATION "EXPORTS_S3" SET\n${settings}`));
    assert.ok(setup.includes('DESC INTEGRATION "EXPORTS_S3";'));
  });

  for (const [partition, provider, protocol] of [
    ["aws", "S3", "s3"],
    ["aws-us-gov", "S3GOV", "s3gov"],
    ["aws-cn", "S3CHINA", "s3china"],
  ] as const) {
    it(`uses ${provider} and ${protocol}:// in partition ${partition}`, () => {
      const text = snowflakeSql({ ...sampleOutputs(), bucketArn: `arn:${partition}:s3:::exports` });
      assert.ok(text.includes(`STORAGE_PROVIDER = '${provider}'`));
      const urls = text.match(/'\w+:\/\/[^']*'/g) ?? [];
      assert.ok(urls.length >= 4);
      assert.deepEqual([...new Set(urls)], [`'${protocol}://exports/braintrust/stream-0/'`]);
    });
  }

  it("makes pipes that take events by queue or topic, and tasks where there is none", () => {
    const load = (mode: (typeof modes)[number]) => snowflakeSql(sampleOutputs({ mode }), "load");
    assert.match(
      load("snowflake-queue"),
      /CREATE PIPE IF NOT EXISTS \S+\n {2}AUTO_INGEST = TRUE\nAS\nCOPY INTO/,
    );
    assert.match(
      load("sns"),
      /CREATE PIPE IF NOT EXISTS \S+\n {2}AUTO_INGEST = TRUE\n {2}AWS_SNS_TOPIC = 'arn:aws:sns:us-east-1:111122223333:files'\nAS\n/,
    );
    for (const mode of ["queue", "none"] as const) {
      assert.doesNotMatch(load(mode), /CREATE PIPE/);
      assert.match(load(mode), /CREATE OR ALTER TASK \S+\n.*\n {2}SCHEDULE = '15 MINUTES'\nAS\nCOPY INTO/);
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
      statements[at(/^EXECUTE IMMEDIATE/)] ?? "",
      /IF \( NOT EXISTS \( SELECT 1 FROM <name> \. INFORMATION_SCHEMA \. PIPES WHERE PIPE_SCHEMA = <text> AND PIPE_NAME = <text> \) \) THEN COPY INTO/,
    );
    assert.ok(
      at(/^EXECUTE IMMEDIATE/) < at(/^CREATE PIPE/) && at(/^CREATE PIPE/) < at(/^ALTER PIPE .* REFRESH$/),
    );
  });

  it("ends a task that another mode has left, before the pipe's files are copied", () => {
    for (const mode of ["snowflake-queue", "sns"] as const) {
      const statements = statementsOf(snowflakeSql(sampleOutputs({ mode }), "load"));
      const at = (start: RegExp) => statements.findIndex((statement) => start.test(statement));
      assert.ok(at(/^DROP TASK IF EXISTS/) >= 0 && at(/^DROP TASK IF EXISTS/) < at(/^EXECUTE IMMEDIATE/));
    }
    assert.doesNotMatch(snowflakeSql(sampleOutputs({ mode: "queue" }), "load"), /DROP/);
  });

  it("lands each record whole with its origin, and never uses options a pipe has not", () => {
    for (const mode of modes) {
      const load = snowflakeSql(sampleOutputs({ mode, formats: ["jsonl", "parquet"], streams: 2 }), "load");
      assert.match(load, /SELECT \$1, METADATA\$FILENAME, .*METADATA\$START_SCAN_TIME\n/);
      assert.match(load, /ON_ERROR = SKIP_FILE/);
      assert.doesNotMatch(
        load,
        /CURRENT_|SYSDATE|GETDATE|ABORT_STATEMENT|PURGE|FORCE|SIZE_LIMIT|FILES =|VALIDATION_MODE|MATCH_BY|WHERE (?!PIPE_SCHEMA)/,
      );
    }
  });

  it("reads plain and compressed JSON lines, and Parquet by the vectorized scanner", () => {
    const setup = snowflakeSql(sampleOutputs({ formats: ["jsonl", "parquet"], streams: 2 }), "setup");
    assert.match(setup, /"LOGS_0_FORMAT" TYPE = JSON COMPRESSION = AUTO;/);
    assert.match(setup, /"LOGS_1_FORMAT" TYPE = PARQUET COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE;/);
    assert.match(
      setup,
      /ALTER FILE FORMAT \S+"LOGS_1_FORMAT" SET COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE;/,
    );
  });

  it("shows the newest of each record, and records without id one by one", () => {
    const setup = snowflakeSql(sampleOutputs(), "setup");
    assert.ok(
      setup.includes(`QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST, FILE_LAST_MODIFIED DESC, LOADED_AT DESC
) = 1;`),
    );
    assert.match(setup, /CREATE OR REPLACE VIEW "ANALYTICS"\."BRAINTRUST"\."LOGS_0_LATEST" COPY GRANTS AS/);
  });

  it("wires the error integration through setup, pipe or task, answers and teardown, and only where it is set", () => {
    for (const mode of ["sns", "none"] as const) {
      const outputs = sampleOutputs({ mode, errors: true });
      const text = snowflakeSql(outputs);
      assert.match(text, /CREATE NOTIFICATION INTEGRATION IF NOT EXISTS "EXPORTS_ERRORS"/);
      assert.match(
        text,
        /ALTER NOTIFICATION INTEGRATION "EXPORTS_ERRORS" SET\n {2}ENABLED = TRUE\n {2}AWS_SNS_TOPIC_ARN = /,
      );
      assert.match(text, /GRANT USAGE ON INTEGRATION "EXPORTS_ERRORS" TO ROLE "LOADER"/);
      assert.match(text, /CREATE (?:PIPE|OR ALTER TASK)[^;]*ERROR_INTEGRATION = "EXPORTS_ERRORS"/);
      assert.match(text, /DESC INTEGRATION "EXPORTS_ERRORS"/);
      assert.match(snowflakeSql(outputs, "teardown"), /DROP INTEGRATION IF EXISTS "EXPORTS_ERRORS"/);
    }
    assert.doesNotMatch(snowflakeSql(sampleOutputs()), /ERROR_INTEGRATION|NOTIFICATION INTEGRATION/);
  });

  it("asks who subscribes to the topic at the end of setup and in check, in mode sns alone", () => {
    for (const mode of modes) {
      for (const part of ["setup", "check"] as const) {
        const asks = snowflakeSql(sampleOutputs({ mode }), part).includes(
          "SYSTEM$GET_AWS_SNS_IAM_POLICY('arn:aws:sns:",
        );
        assert.equal(asks, mode === "sns");
      }
    }
  });

  it("checks access, loaders, history and freshness, and reads a file where one is named", () => {
    const outputs = sampleOutputs({ streams: 2, snowflake: { integration: '"my ""int"' } });
    const check = snowflakeSql(outputs, "check");
    assert.match(
      check,
      /VALIDATE_STORAGE_INTEGRATION\('my "int', 's3:\/\/exports\/braintrust\/stream-1\/', '_verify\/probe', 'list'\)/,
    );
    assert.doesNotMatch(check, /'read'/);
    assert.match(
      snowflakeSql(outputs, "check", { probeFile: "p.jsonl" }),
      /stream-1\/', 'p\.jsonl', 'read'\) AS CAN_READ/,
    );
    assert.match(check, /SYSTEM\$PIPE_STATUS\('"ANALYTICS"\."BRAINTRUST"\."LOGS_PIPE_1"'\)/);
    assert.match(check, /COPY_HISTORY\(\n {2}TABLE_NAME => '"ANALYTICS"\."BRAINTRUST"\."LOGS_1"'/);
    assert.equal(check.match(/UNION ALL/g)?.length, 1);
    assert.match(snowflakeSql(sampleOutputs({ mode: "none" }), "check"), /TASK_HISTORY/);
  });

  it("checks a user's access by the stage itself, and reads a file where one is named", () => {
    const outputs = sampleOutputs({ access: "user", snowflake: { database: "a'b" } });
    const check = snowflakeSql(outputs, "check");
    assert.match(check, /LIST '@"a''b"\."BRAINTRUST"\."LOGS_0_STAGE"' PATTERN = /);
    assert.doesNotMatch(check, /ROWS_READ/);
    assert.match(
      snowflakeSql(outputs, "check", { probeFile: "it's.jsonl" }),
      /COUNT\(\*\) AS ROWS_READ FROM '@"a''b"\."BRAINTRUST"\."LOGS_0_STAGE"\/it''s\.jsonl';/,
    );
  });

  it("drops nothing that holds data or may be shared, but shows how", () => {
    const teardown = snowflakeSql(sampleOutputs(), "teardown");
    assert.deepEqual(
      statementsOf(teardown).map((statement) => statement.split(" ").slice(0, 2).join(" ")),
      ["USE ROLE", "DROP PIPE", "DROP TASK", "DROP VIEW", "DROP STAGE", "DROP FILE", "DROP INTEGRATION"],
    );
    for (const kind of ["TABLE", "ROLE", "SCHEMA", "DATABASE", "WAREHOUSE"]) {
      assert.match(teardown, new RegExp(`^-- DROP ${kind} IF EXISTS `, "m"));
    }
    assert.match(teardown, /-- WARNING/);
  });

  it("leaves Snowflake's own roles as they are", () => {
    const snowflake = { role: "sysadmin", readerRole: "public" };
    const text =
      snowflakeSql(sampleOutputs({ snowflake })) + snowflakeSql(sampleOutputs({ snowflake }), "teardown");
    assert.doesNotMatch(text, /CREATE ROLE|GRANT ROLE|DROP ROLE/);
    assert.match(text, /USE ROLE "SYSADMIN"/);
  });

  it("makes one role of a loading and reading role that are the same", () => {
    const text = snowflakeSql(sampleOutputs({ snowflake: { readerRole: "LOADER" } }), "setup");
    assert.equal(text.match(/CREATE ROLE/g)?.length, 1);
  });
});

describe("snowflakeSql in user mode", () => {
  it("has the Snowflake CLI fill the key in, and never holds a secret", () => {
    for (const mode of modes) {
      for (const access of accesses) {
        for (const part of [undefined, ...sqlParts]) {
          assert.ok(!snowflakeSql(sampleOutputs({ mode, access }), part).includes(canary));
        }
      }
    }
    const setup = snowflakeSql(sampleOutputs({ access: "user" }), "setup");
    const credentials =
      "CREDENTIALS = (AWS_KEY_ID = '<% access_key_id %>' AWS_SECRET_KEY = '<% secret_access_key %>')";
    assert.match(setup, /-D "access_key_id=\$ACCESS_KEY_ID" -D "secret_access_key=\$SECRET_ACCESS_KEY"/);
    assert.equal(setup.split(credentials).length, 3);
    assert.match(setup, /ALTER STAGE \S+ SET CREDENTIALS/);
    assert.doesNotMatch(setup, /STORAGE INTEGRATION|STORAGE_INTEGRATION|DESC INTEGRATION/);
    assert.doesNotMatch(snowflakeSql(sampleOutputs({ access: "user" }), "load"), /<%|-D /);
  });

  it("writes the key it is given, and says that the text is now a secret", () => {
    const revealSecrets = { accessKeyId: "AKIA'1", secretAccessKey: canary };
    const text = snowflakeSql(sampleOutputs({ access: "user" }), "setup", { revealSecrets });
    assert.ok(text.includes(`CREDENTIALS = (AWS_KEY_ID = 'AKIA''1' AWS_SECRET_KEY = '${canary}')`));
    assert.match(text, /This text holds a secret key/);
    assert.doesNotMatch(text, /<%/);
    const byRole = snowflakeSql(sampleOutputs(), undefined, { revealSecrets });
    assert.ok(!byRole.includes(canary));
  });
});

describe("snowflakeSql refuses", () => {
  for (const [what, change, missing] of [
    ["role mode without a role", { snowflakeRoleArn: undefined }, "snowflakeRoleArn"],
    ["role mode without an external id", { snowflakeExternalId: undefined }, "snowflakeExternalId"],
    ["mode sns without a topic", { eventsMode: "sns" as const }, "notificationTopicArn"],
    ["a partition Snowflake does not reach", { bucketArn: "arn:aws-iso:s3:::exports" }, "aws-iso"],
  ] as const) {
    it(what, () =>
      assert.throws(
        () => snowflakeSql({ ...sampleOutputs(), ...change }),
        (error) => error instanceof PipelineError && error.message.includes(missing),
      ),
    );
  }

  it("an error integration without its topic", () =>
    assert.throws(
      () => snowflakeSql(sampleOutputs({ snowflake: { errorIntegration: "errors" } }), "setup"),
      (error) => error instanceof PipelineError && error.message.includes("errorTopicArn"),
    ));

  for (const [what, change] of [
    ["one table for two streams", { table: "LOGS_0" }],
    ["a table named as another's view", { table: "logs_0_latest" }],
    ["one pipe for two streams", { pipe: '"LOGS_PIPE_0"' }],
  ] as const) {
    it(what, () => {
      const outputs = sampleOutputs({ streams: 2 });
      const streams = outputs.streams.map((stream, index) =>
        index === 1 ? { ...stream, ...change } : stream,
      );
      assert.throws(
        () => snowflakeSql({ ...outputs, streams }),
        (error) => error instanceof UsageError && /"stream-0" and "stream-1"/.test(error.message),
      );
    });
  }
});
