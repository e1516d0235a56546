import assert from "node:assert/strict";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { sampleOutputs } from "./sample-outputs";
import { readStatements, skeletonOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);

describe("views in the SQL for Snowflake", () => {
  it("shows the newest of each record, and records without id one by one", () => {
    const setup = snowflakeSql(sampleOutputs(), "setup");
    assert.match(
      setup.replace(/\s+/g, " "),
      /PARTITION BY COALESCE\(RAW:id::VARCHAR, FILE_NAME \|\| ':' \|\| FILE_ROW_NUMBER\) ORDER BY TRY_TO_NUMBER\(RAW:_xact_id::VARCHAR, 38, 0\) DESC NULLS LAST, FILE_LAST_MODIFIED DESC, LOADED_AT DESC, FILE_NAME DESC, FILE_ROW_NUMBER DESC \) = 1;/,
    );
    for (const column of [
      "CREATED",
      "PROJECT_ID",
      "SPAN_ID",
      "ROOT_SPAN_ID",
      "IS_ROOT",
      "SPAN_NAME",
      "SPAN_TYPE",
    ]) {
      assert.match(setup, new RegExp(` AS ${column}[,\\n]`));
    }
  });

  it("keeps the newest records in a dynamic table too, where the settings give it a time, with its rights", () => {
    const outputs = sampleOutputs({ snowflake: { currentLagMinutes: 45 } });
    const text = snowflakeSql(outputs);
    const rows = (start: RegExp) =>
      /SELECT\n[\s\S]*?\) = 1/.exec(text.slice(text.search(start)))?.[0].replace(/\s+/g, " ");
    assert.match(
      text,
      /CREATE DYNAMIC TABLE IF NOT EXISTS "ANALYTICS"\."BRAINTRUST"\."LOGS_0_CURRENT"\n {2}TARGET_LAG = '45 minutes'\n {2}WAREHOUSE = "LOAD_WH"\n {2}REFRESH_MODE = INCREMENTAL\n/,
    );
    assert.equal(rows(/CREATE DYNAMIC TABLE/), rows(/CREATE OR REPLACE VIEW/));
    assert.match(text, /ALTER DYNAMIC TABLE \S+ SET TARGET_LAG = '45 minutes' WAREHOUSE = "LOAD_WH";/);
    assert.match(text, /CREATE PIPE, CREATE DYNAMIC TABLE ON SCHEMA/);
    assert.match(text, /GRANT SELECT, MONITOR ON DYNAMIC TABLE \S+_CURRENT" TO ROLE "READER"/);
    assert.doesNotMatch(snowflakeSql(sampleOutputs()), /(?:CREATE|ALTER|ON) DYNAMIC/);
  });

  it("shows each file of the stage's directory table beside the load history, to the reading role too", () => {
    const setup = snowflakeSql(sampleOutputs({ streams: 2 }), "setup");
    const stage = '"ANALYTICS"."BRAINTRUST"."LOGS_1_STAGE"';
    const view = '"ANALYTICS"."BRAINTRUST"."LOGS_1_FILES"';
    const places = [
      `CREATE STAGE IF NOT EXISTS ${stage}`,
      `ALTER STAGE ${stage} SET DIRECTORY = (ENABLE = TRUE);`,
      `CREATE OR REPLACE VIEW ${view} COPY GRANTS`,
      `'braintrust/stream-1/' || RELATIVE_PATH AS FILE`,
      `FROM DIRECTORY('@${stage}')`,
      `TABLE_NAME => '"ANALYTICS"."BRAINTRUST"."LOGS_1"'`,
    ].map((text) => setup.indexOf(text));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      String(places),
    );
    // AWS does not trust Snowflake yet: nothing may list the bucket.
    assert.doesNotMatch(setup, /REFRESH|\n {2}DIRECTORY/);
    assert.ok(
      snowflakeSql(sampleOutputs({ streams: 2 }), "load").includes(`GRANT SELECT ON VIEW ${view} TO`),
    );
  });

  it("leaves a view of the same version alone, and one that has policies or tags", () => {
    const [block = ""] = statementsOf(snowflakeSql(sampleOutputs(), "objects")).filter((statement) =>
      statement.includes("VIEW <name>"),
    );
    const places = [
      "COMMENT = <text> ) ) THEN RETURN <text> ; END IF",
      "POLICY_REFERENCES (",
      "WHERE TAG_NAME IS NULL ;",
      "TAG_REFERENCES_ALL_COLUMNS (",
      "WHERE LEVEL NOT IN ( <text> , <text> , <text> ) ;",
      "IF ( ATTACHED > 0 ) THEN RETURN <text>",
      "CREATE OR REPLACE VIEW <name> . <name> . <name> COPY GRANTS",
    ].map((text) => block.indexOf(text));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      `${places}: ${block}`,
    );
  });
});
