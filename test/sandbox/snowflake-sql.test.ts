import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { filesSql } from "../../automation/reconcile/files-sql";
import { bucketListOf } from "../../automation/reconcile/list-source";
import { batchesOf, loadMissingSql } from "../../automation/reconcile/load-missing-sql";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { accesses, formats, modes, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { readStatements, skeletonOf, stringsOf } from "../automation/snowflake/sql/snowflake-text";
import { needModule, runPython } from "./python";

const answerOf = <T extends z.ZodType>(statement: T) =>
  z.array(z.union([z.object({ statements: z.array(statement) }), z.object({ error: z.string() })]));
/** What each reader answers for each text. */
const answers = {
  sqlglot: answerOf(z.object({ kind: z.string(), names: z.array(z.string()), texts: z.array(z.string()) })),
  cli: answerOf(z.string()),
};

/** Statements sqlglot does not know and only passes on: their shape is checked here against Snowflake's documentation. */
const shapes: readonly RegExp[] = [
  /^ALTER STORAGE INTEGRATION <name> SET ENABLED = TRUE STORAGE_AWS_ROLE_ARN = <text> STORAGE_AWS_EXTERNAL_ID = <text> STORAGE_ALLOWED_LOCATIONS = \( <text>(?: , <text>)* \) COMMENT = <text>$/,
  /^CREATE NOTIFICATION INTEGRATION IF NOT EXISTS <name> TYPE = QUEUE DIRECTION = OUTBOUND NOTIFICATION_PROVIDER = AWS_SNS ENABLED = TRUE AWS_SNS_TOPIC_ARN = <text> AWS_SNS_ROLE_ARN = <text> COMMENT = <text>$/,
  /^ALTER NOTIFICATION INTEGRATION <name> SET ENABLED = TRUE AWS_SNS_TOPIC_ARN = <text> AWS_SNS_ROLE_ARN = <text> COMMENT = <text>$/,
  /^(?:CREATE ROLE IF NOT EXISTS <name> COMMENT = <text>|GRANT ROLE <name> TO ROLE <name>)$/,
  /^ALTER FILE FORMAT <name> \. <name> \. <name> SET COMPRESSION = AUTO(?: USE_VECTORIZED_SCANNER = TRUE)? REPLACE_INVALID_CHARACTERS = TRUE COMMENT = <text>$/,
  /^ALTER STAGE <name> \. <name> \. <name> SET CREDENTIALS = \( AWS_KEY_ID = <text> AWS_SECRET_KEY = <text> \)$/,
  /^ALTER STAGE <name> \. <name> \. <name> (?:SET DIRECTORY = \( ENABLE = TRUE \)|SET COMMENT = <text>|REFRESH)$/,
  /^ALTER TABLE <name> \. <name> \. <name> SET COMMENT = <text>$/,
  /^CREATE OR REPLACE TEMPORARY FILE FORMAT <name> \. <name> \. <name> TYPE = (?:JSON|PARQUET USE_VECTORIZED_SCANNER = TRUE)$/,
  // What a block holds is read on its own.
  /^EXECUTE IMMEDIATE <block (?:DECLARE (?:[^;]+ ; )+?)?BEGIN .* ; END>$/,
  /^CREATE PIPE IF NOT EXISTS <name> \. <name> \. <name> AUTO_INGEST = TRUE(?: ERROR_INTEGRATION = <name>)?(?: AWS_SNS_TOPIC = <text>)? COMMENT = <text> AS COPY INTO [^;]+$/,
  /^ALTER PIPE <name> \. <name> \. <name> (?:SET ERROR_INTEGRATION = <name>|SET COMMENT = <text>|REFRESH)$/,
  /^CREATE OR ALTER TASK <name> \. <name> \. <name> USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = <text> SCHEDULE = <text> QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE AUTOCOMMIT = TRUE(?: ERROR_INTEGRATION = <name>)? COMMENT = <text> AS COPY INTO [^;]+$/,
  /^(?:ALTER TASK IF EXISTS <name> \. <name> \. <name> SUSPEND|ALTER TASK <name> \. <name> \. <name> RESUME|EXECUTE TASK <name> \. <name> \. <name>)$/,
  /^SHOW (?:PIPES|TASKS|VIEWS|STAGES|FILE FORMATS|(?:DYNAMIC )?TABLES) IN SCHEMA <name> \. <name>$/,
  /^SHOW (?:INTEGRATIONS|ROLES|WAREHOUSES|RESOURCE MONITORS) LIKE <text>$/,
  /^SHOW GRANTS OF ROLE <name>$/,
  /^DESC (?:INTEGRATION|WAREHOUSE|DATABASE) <name>$/,
  /^DESC SCHEMA <name> \. <name>$/,
  /^GRANT MONITOR ON (?:PIPE|TASK) <name> \. <name> \. <name> TO ROLE <name>$/,
  /^(?:GRANT|REVOKE) (?:EXECUTE TASK , EXECUTE MANAGED TASK|(?:EXECUTE TASK , EXECUTE MANAGED TASK , )?CREATE INTEGRATION) ON ACCOUNT (?:TO|FROM) ROLE <name>$/,
  /^ALTER DYNAMIC TABLE <name> \. <name> \. <name> SET TARGET_LAG = <text> WAREHOUSE = <name>$/,
  /^GRANT SELECT , MONITOR ON DYNAMIC TABLE <name> \. <name> \. <name> TO ROLE <name>$/,
  /^DROP DYNAMIC TABLE IF EXISTS <name> \. <name> \. <name>$/,
  /^LIST <text> PATTERN = <text>$/,
  /^CREATE RESOURCE MONITOR IF NOT EXISTS <name> WITH CREDIT_QUOTA = \d+ TRIGGERS(?: ON \d+ PERCENT DO (?:NOTIFY|SUSPEND))+$/,
  /^ALTER RESOURCE MONITOR <name> SET CREDIT_QUOTA = \d+$/,
  /^ALTER WAREHOUSE <name> SET RESOURCE_MONITOR = <name>$/,
  /^DROP RESOURCE MONITOR IF EXISTS <name>$/,
  /^DROP (?:PIPE|TASK) IF EXISTS <name> \. <name> \. <name>$/,
];

function assertShape(shape: string): void {
  assert.ok(
    shapes.some((each) => each.test(shape)),
    shape,
  );
}

const combinations = modes.flatMap((mode) =>
  accesses.flatMap((access) =>
    formats.map((format) => ({ mode, access, formats: [format], errors: mode !== "snowflake-queue" })),
  ),
);

const missing = {
  stream: "stream-0",
  key: `braintrust/stream-0/it's <% x %> &y;.gz`,
  state: "skipped" as const,
};

function textsOf(streams: number): string[] {
  const sources = ["directory", "@LAKE.META.INVENTORIES/exports/daily", 'LAKE.META."live inventory"'];
  // Each stream's part of them is the same, and long.
  const lists = streams > 3 ? [] : sources.map(bucketListOf);
  return combinations.flatMap((combination) => {
    // A lag in every other one.
    const currentLagMinutes = combination.access === "role" ? 60 : undefined;
    const outputs = sampleOutputs({
      ...combination,
      streams,
      snowflake: { currentLagMinutes, monthlyCredits: 5 },
    });
    return [
      snowflakeSql(outputs, undefined, { probeFile: "probe.jsonl" }),
      snowflakeSql(outputs, "teardown"),
      snowflakeSql(outputs, "teardown", { leftStreams: true }),
      filesSql(outputs, { accountUsage: combination.access === "role" }),
      ...lists.map((list) => filesSql(outputs, { accountUsage: combination.access === "role", list })),
      loadMissingSql(outputs, batchesOf([missing]), 1),
    ];
  });
}

/** Each text's statements as the reader sees them. Fails where it refuses one. */
function readBySqlglot(texts: readonly string[]) {
  return answers.sqlglot.parse(run("sqlglot", texts)).map(statementsOf);
}

function readByCli(texts: readonly string[]) {
  return answers.cli.parse(run("cli", texts)).map(statementsOf);
}

function run(reader: keyof typeof answers, texts: readonly string[]): unknown {
  return runPython("parse_snowflake_sql.py", [reader], texts);
}

function statementsOf<T>(read: { statements: T[] } | { error: string }): T[] {
  if ("error" in read) assert.fail(read.error);
  return read.statements;
}

/** The statements within blocks, each from its verb, without those of Snowflake Scripting itself. */
function statementsInBlocks(text: string): string[] {
  return [...text.matchAll(/EXECUTE IMMEDIATE \$\$\n([\s\S]*?)\n\$\$;/g)]
    .flatMap(([, block = ""]) => block.split(/;\n/))
    .map((statement) => statement.replace(/^[\s\S]*\b(?:THEN|BEGIN)\n\s*/, "").trim())
    .map((statement) => statement.replace(/^LET \w+ RESULTSET := \((.*)\)$/s, "$1").trim())
    .filter((statement) => /^(?:ALTER|COPY|CREATE|DESC|DROP|GRANT|REVOKE|SELECT|SHOW)\b/.test(statement))
    .map((statement) => `${statement};`);
}

/** The COPY statements within pipes, tasks and blocks, which sqlglot passes on unread with what holds them. */
function copiesIn(text: string): string[] {
  const loaders = text.matchAll(/(?:^AS\n|THEN\n\s*)(COPY INTO [^;]*;)/gm);
  const batches = text.matchAll(/RESULTSET := \(\n\s*(COPY INTO .*?)\n {2}\);/gs);
  return [...[...loaders].map(([, copy = ""]) => copy), ...[...batches].map(([, copy]) => `${copy};`)];
}

describe("Snowflake SQL read by others", function () {
  this.timeout(600_000);

  describe("by sqlglot", () => {
    before(function () {
      needModule(this, "sqlglot");
    });

    for (const streams of [1, 3, 100]) {
      it(`every mode, access and format parses with ${streams} stream${streams === 1 ? "" : "s"}`, () => {
        const texts = textsOf(streams);
        readBySqlglot(texts).forEach((statements, index) => {
          const ours = readStatements(texts[index] ?? "");
          assert.equal(statements.length, ours.length);
          statements.forEach(({ kind }, at) => {
            if (kind !== "Command") return;
            assertShape(skeletonOf(ours[at] ?? []));
          });
        });
      });
    }

    it("so does each COPY within a pipe, a task or a block", () => {
      const perStream = { "snowflake-queue": 2, sns: 2, queue: 1, none: 1 };
      const copies = textsOf(3).flatMap(copiesIn);
      assert.equal(
        copies.length,
        // And that of the one missing file.
        combinations.reduce((sum, { mode }) => sum + 3 * perStream[mode] + 1, 0),
      );
      for (const statements of readBySqlglot(copies))
        assert.deepEqual(
          statements.map(({ kind }) => kind),
          ["Copy"],
        );
    });

    it("so does each statement within a block", () => {
      const inner = textsOf(2).flatMap(statementsInBlocks);
      for (const verb of [
        "CREATE STORAGE",
        "CREATE OR REPLACE VIEW",
        "CREATE WAREHOUSE",
        "DROP INTEGRATION",
        "CREATE RESOURCE MONITOR",
        "REVOKE",
      ]) {
        assert.ok(
          inner.some((statement) => statement.startsWith(verb)),
          verb,
        );
      }
      readBySqlglot(inner).forEach((statements, index) => {
        assert.equal(statements.length, 1, inner[index]);
        const [ours = []] = readStatements(inner[index] ?? "");
        // A variable of the block.
        if (/ INTO : /.test(skeletonOf(ours))) return;
        if (statements[0]?.kind === "Command") assertShape(skeletonOf(ours));
      });
    });

    it("finds the names and folders of the settings", () => {
      const tame = fc.string({
        unit: fc.constantFrom(..."'\";$-/*<>}#!@.,() aZ1_é"),
        minLength: 1,
        maxLength: 12,
      });
      const samples = fc.sample(fc.tuple(tame, tame, tame), { numRuns: 30, seed: 1 });
      const texts = samples.map(([database, table, folder]) => {
        const outputs = sampleOutputs({ snowflake: { database: `a${database}-` } });
        const streams = outputs.streams.map((stream) => ({
          ...stream,
          table: `a${table}-`,
          url: `s3://exports/${folder}/`,
        }));
        return snowflakeSql({ ...outputs, streams });
      });
      readBySqlglot(texts).forEach((statements, index) => {
        const [database, table, folder] = samples[index] ?? [];
        assert.equal(statements.length, readStatements(texts[index] ?? "").length);
        const names = new Set(statements.flatMap((each) => each.names));
        const strings = new Set(statements.flatMap((each) => each.texts));
        assert.ok(names.has(`a${database}-`) && names.has(`a${table}-`) && names.has(`a${table}-_STAGE`));
        assert.ok(strings.has(`s3://exports/${folder}/`), folder);
      });
    });
  });

  describe("by the Snowflake CLI's own splitter and templating", () => {
    before(function () {
      needModule(this, "snowflake.cli");
    });

    it("every statement arrives as it was written, and the key's variables are filled", () => {
      const texts = textsOf(3);
      readByCli(texts).forEach((statements, index) => {
        const filled = (texts[index] ?? "")
          .replaceAll("<% access_key_id %>", "KEY")
          .replaceAll("<% secret_access_key %>", "SECRET");
        assert.deepEqual(statements.map(meaning), readStatements(filled));
      });
    });

    it("also where settings hold what its templating looks for", () => {
      const hostile = fc.string({ unit: fc.constantFrom(..."'\"\\;$-/*&<%>{}#!a= \n\r"), maxLength: 20 });
      const folders = fc.sample(hostile, { numRuns: 60, seed: 1 });
      const all = [
        ...folders,
        "&name",
        "&{ name }",
        "&&",
        "<% name %>",
        "{{ name }}",
        "{# note #}",
        "!source x",
        "a\n!exit\n",
      ];
      const texts = all.map((folder) => {
        const outputs = sampleOutputs({ access: "user", snowflake: { database: "A$$B; R & D" } });
        const streams = outputs.streams.map((stream) => ({ ...stream, url: `s3://exports/${folder}/` }));
        return snowflakeSql({ ...outputs, streams });
      });
      readByCli(texts).forEach((statements, index) => {
        assert.equal(statements.length, readStatements(texts[index] ?? "").length);
        const strings = new Set(statements.flatMap((each) => stringsOf(meaning(each))));
        assert.ok(strings.has(`s3://exports/${all[index]}/`), all[index]);
      });
    });
  });
});

function meaning(sent: string) {
  return readStatements(sent)[0] ?? [];
}
