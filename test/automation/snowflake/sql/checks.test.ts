import assert from "node:assert/strict";
import { snowflakeSql, snowflakeSqlFiles } from "../../../../automation/snowflake/sql/sql";
import { modes, sampleOutputs } from "./sample-outputs";

describe("checks in the SQL for Snowflake", () => {
  it("checks each of a thousand streams, a hundred in a statement", () => {
    const statements = snowflakeSql(sampleOutputs({ streams: 1_000 }), "check").split(/;\n(?=\S)/);
    const judged = statements.map((statement) => [...statement.matchAll(/'(stream-\d+)' AS STREAM/g)]);
    assert.ok(judged.every((each) => each.length <= 100));
    const counts = new Map<string, number>();
    for (const [, name = ""] of judged.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
    assert.equal(counts.size, 1_000);
    assert.equal(new Set(counts.values()).size, 1);
    assert.equal(
      statements.filter((statement) => /ORDER BY LAST_LOAD_TIME DESC\nLIMIT 100;?$/.test(statement)).length,
      10,
    );
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
    assert.equal(check.match(/UNION ALL/g)?.length, 2);
    assert.match(snowflakeSql(sampleOutputs({ mode: "none" }), "check"), /TASK_HISTORY/);
    assert.match(check, /LIST '@"ANALYTICS"\."BRAINTRUST"\."LOGS_1_STAGE"' PATTERN = /);
  });

  it("runs as the owner's role first all that it may run alone, and as the integrations' role nothing but what asks of these", () => {
    for (const mode of modes) {
      const outputs = sampleOutputs({ mode, streams: 101, snowflake: { integrationRole: "platform" } });
      for (const { text } of snowflakeSqlFiles(outputs, "check", { probeFile: "p" })) {
        const [before = "", owner = "", owned = "", asked = ""] = text.split(/(?=^USE ROLE )/m);
        assert.doesNotMatch(before, /^(SELECT|LIST)/m);
        assert.match(
          owner + owned,
          /^USE ROLE "LOADER";[\s\S]*^LIST [\s\S]*^USE ROLE "LOADER";[\s\S]*COPY_HISTORY/m,
        );
        assert.doesNotMatch(owner + owned, /INTEGRATION|SNS_IAM/);
        assert.match(
          asked,
          /^USE ROLE "PLATFORM";\n(SELECT[^;]*(VALIDATE_STORAGE_INTEGRATION|SNS_IAM_POLICY)[^;]*;\s*)+$/,
        );
      }
    }
  });

  it("names the files of the last 14 days that were not loaded", () => {
    const check = snowflakeSql(sampleOutputs({ streams: 2 }), "check");
    assert.equal(check.match(/FILE_NAME, STATUS, ERROR_COUNT, FIRST_ERROR_MESSAGE/g)?.length, 2);
    assert.match(
      check,
      /DATEADD\(DAY, -14, .*\n\)\)\nWHERE UPPER\(STATUS\) <> 'LOADED'\nORDER BY LAST_LOAD_TIME DESC\nLIMIT 100;/,
    );
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
});
