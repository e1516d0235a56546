import assert from "node:assert/strict";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { type Sample, sampleOutputs } from "./sample-outputs";
import { flatStatements, readStatements, skeletonOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);
const flatOf = (text: string) => flatStatements(text).map(skeletonOf);

describe("teardown in the SQL for Snowflake", () => {
  it("lists objects of streams that have left, by their comment, and drops none", () => {
    const outputs = { ...sampleOutputs({ streams: 2 }), stack: "a_b%" };
    const text = snowflakeSql(outputs, "teardown", { leftStreams: true });
    for (const statement of statementsOf(text).slice(1)) assert.match(statement, /^(USE|SHOW|SELECT) /);
    for (const kind of ["PIPES", "TASKS", "VIEWS", "STAGES", "FILE FORMATS", "DYNAMIC TABLES", "TABLES"]) {
      assert.match(text, new RegExp(`^SHOW ${kind} IN SCHEMA "ANALYTICS"\\."BRAINTRUST";$`, "m"));
    }
    const ours = "Braintrust exports: project braintrust-snowflake, stack a_b%, stream stream-";
    assert.equal(text.split(`NOT IN ('${ours}0', '${ours}1')`).length, 6);
    assert.equal(text.split("stack a^_b^%, stream %' ESCAPE '^'").length, 8);
  });

  it("lists a stream's former objects too, and answers first with what makes the statements name them", () => {
    const list = (sample: Sample) =>
      snowflakeSql({ ...sampleOutputs(sample), stack: "dev" }, "teardown", { leftStreams: true });
    const kept = (text: string, kind: string) =>
      new RegExp(`SHOW ${kind} IN [^;]*;\\nSELECT [^;]*";'[^;]*?(?: OR "name" NOT IN \\((.*)\\)\\))?;`).exec(
        text,
      )?.[1];
    const pipes = list({ snowflake: { currentLagMinutes: 60 } });
    assert.equal(kept(pipes, "PIPES"), "'LOGS_PIPE_0'");
    assert.equal(kept(pipes, "TASKS"), undefined);
    assert.equal(kept(pipes, "VIEWS"), "'LOGS_0_LATEST', 'LOGS_0_FILES'");
    assert.equal(kept(pipes, "STAGES"), "'LOGS_0_STAGE'");
    assert.equal(kept(pipes, "DYNAMIC TABLES"), "'LOGS_0_CURRENT'");
    assert.equal(kept(pipes, "TABLES"), "'LOGS_0', 'LOGS_0_CURRENT'");
    const tasks = list({ mode: "queue" });
    assert.equal(kept(tasks, "PIPES"), undefined);
    assert.equal(kept(tasks, "TASKS"), "'LOGS_0_LOAD'");
    assert.equal(kept(tasks, "TABLES"), "'LOGS_0'");
    assert.match(
      tasks.slice(0, tasks.indexOf("SHOW ")),
      /SELECT [^;]*'ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE;' AS STATEMENT;\n$/,
    );
  });

  it("drops nothing that holds data or may be shared, but shows how", () => {
    const teardown = snowflakeSql(sampleOutputs(), "teardown");
    assert.deepEqual(
      flatOf(teardown)
        .map((statement) => statement.split(" ").slice(0, 2).join(" "))
        .filter((verb) => /^(CREATE|DROP|GRANT|REVOKE|USE ROLE)/.test(verb)),
      ["USE ROLE", "USE ROLE", "DROP INTEGRATION"],
    );
    assert.deepEqual(
      [...teardown.matchAll(/^ *\(\d+, '([A-Z ]+)', '"(\w+)"', 'stream-0', /gm)].map(
        ([, ...kindAndName]) => kindAndName,
      ),
      [
        ["PIPE", "LOGS_PIPE_0"],
        ["TASK", "LOGS_0_LOAD"],
        ["DYNAMIC TABLE", "LOGS_0_CURRENT"],
        ["VIEW", "LOGS_0_LATEST"],
        ["VIEW", "LOGS_0_FILES"],
        ["STAGE", "LOGS_0_STAGE"],
        ["FILE FORMAT", "LOGS_0_FORMAT"],
      ],
    );
    for (const kind of ["TABLE", "ROLE", "SCHEMA", "DATABASE", "WAREHOUSE"]) {
      assert.match(teardown, new RegExp(`^-- DROP ${kind} IF EXISTS `, "m"));
    }
    assert.match(teardown, /-- WARNING/);
  });

  it("shows how each role drops what it owns", () => {
    const owners = (snowflake: object) =>
      [...snowflakeSql(sampleOutputs({ snowflake }), "teardown").matchAll(/^-- (USE ROLE|DROP \w+) .*;$/gm)]
        .map(([line]) => line.replace(/^-- | IF EXISTS.*|;$/g, ""))
        .filter((line, at, all) => line !== all[at - 1]);
    const drops = (loader: string, containers: string, roles: string) => [
      ...[`USE ROLE "${loader}"`, "DROP TABLE"],
      ...[`USE ROLE "${containers}"`, "DROP SCHEMA", "DROP DATABASE", "DROP WAREHOUSE"],
      ...[`USE ROLE "${roles}"`, "DROP ROLE"],
    ];
    assert.deepEqual(owners({ role: "LOADER" }), drops("LOADER", "SYSADMIN", "USERADMIN"));
    const own = { role: "LOADER", adminRole: "PLATFORM_ADMIN", integrationRole: "SEC_INTEGRATIONS" };
    assert.deepEqual(owners(own), drops("LOADER", "PLATFORM_ADMIN", "PLATFORM_ADMIN"));
  });

  it("takes the rights of the account back in teardown, from a role of its own alone", () => {
    const teardown = snowflakeSql({ ...sampleOutputs({ mode: "queue" }), stack: "dev" }, "teardown");
    const guarded =
      /"name" = 'LOADER' AND "comment" = 'Braintrust exports: project braintrust-snowflake, stack dev'\)\) THEN\n {4}REVOKE EXECUTE TASK, EXECUTE MANAGED TASK ON ACCOUNT FROM ROLE "LOADER";/;
    assert.match(teardown, guarded);
    assert.doesNotMatch(snowflakeSql(sampleOutputs(), "teardown"), /REVOKE/);
  });
});
