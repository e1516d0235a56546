import assert from "node:assert/strict";
import { PipelineError, UsageError } from "../../../../automation/errors";
import { snowflakeSql, sqlParts } from "../../../../automation/snowflake/sql/sql";
import { accesses, canary, modes, sampleOutputs } from "./sample-outputs";
import { flatStatements, readStatements, skeletonOf, stringsOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);
const flatOf = (text: string) => flatStatements(text).map(skeletonOf);

describe("snowflakeSql", () => {
  it("writes setup, load and check in that order when no part is named", () => {
    const outputs = sampleOutputs();
    // Behind the header and what sets the session.
    const body = (text: string) => text.split("\n\n").slice(2).join("\n\n");
    const parts = (["setup", "load", "check"] as const).map((part) =>
      body(snowflakeSql(outputs, part)).trim(),
    );
    assert.equal(body(snowflakeSql(outputs)).trim(), parts.join("\n\n"));
  });

  it("has in setup what admin and objects have, admin first, and answers last", () => {
    for (const mode of modes) {
      for (const access of accesses) {
        const outputs = sampleOutputs({ mode, access, errors: mode === "sns", streams: 2 });
        const [setup = [], admin = [], objects = []] = (["setup", "admin", "objects"] as const).map((part) =>
          snowflakeSql(outputs, part).trim().split("\n\n").slice(2),
        );
        assert.deepEqual([...setup].sort(), [...admin, ...objects].sort());
        assert.deepEqual(setup.slice(0, 2), admin.slice(0, 2));
        const answers = admin.at(-1) ?? "";
        if (answers.includes("what the command connect needs")) assert.equal(setup.at(-1), answers);
      }
    }
  });

  it("allows a hundred streams' folders each, and of more the folder of all", () => {
    const locations = (streams: number, sample = {}) => {
      const setup = snowflakeSql({ ...sampleOutputs({ streams }), ...sample }, "admin");
      return [...setup.matchAll(/STORAGE_ALLOWED_LOCATIONS = \(([^)]*)\)/g)].map(([, list = ""]) =>
        list.split(",").map((each) => each.trim()),
      );
    };
    for (const list of locations(100)) assert.equal(list.length, 100);
    assert.ok(locations(101).length > 0);
    for (const list of locations(101)) assert.deepEqual(list, ["'s3://exports/braintrust/'"]);
    const china = { bucketArn: "arn:aws-cn:s3:::exports" };
    for (const list of locations(1_000, china)) assert.deepEqual(list, ["'s3china://exports/braintrust/'"]);
  });

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

  it("sets the session's reading of quoted names at the top of every part", () => {
    for (const part of [undefined, ...sqlParts]) {
      const [first] = statementsOf(snowflakeSql(sampleOutputs({ mode: "none" }), part));
      assert.equal(first, "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE");
    }
    assert.match(
      snowflakeSql(sampleOutputs({ mode: "none" }), "load"),
      /CREATE OR ALTER TASK[^;]*\n {2}QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE\n/,
    );
  });

  it("gives the storage integration our role, our external id and the streams' folders, and alters ours alone", () => {
    const setup = snowflakeSql(sampleOutputs({ streams: 2 }), "setup");
    const settings = (blanks: string) =>
      [
        "ENABLED = TRUE",
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::111122223333:role/Reader-dev'",
        "STORAGE_AWS_EXTERNAL_ID = 'external-id'",
        "STORAGE_ALLOWED_LOCATIONS = (",
        "  's3://exports/braintrust/stream-0/',",
        "  's3://exports/braintrust/stream-1/'",
        ")",
      ]
        .map((line) => `${blanks}${line}\n`)
        .join("");
    const create = `CREATE STORAGE INTEGRATION IF NOT EXISTS "EXPORTS_S3"\n      TYPE = EXTERNAL_STAGE\n      STORAGE_PROVIDER = 'S3'\n${settings("      ")}`;
    const guard = [
      'DESC INTEGRATION "EXPORTS_S3";',
      "\"property\" = 'STORAGE_AWS_ROLE_ARN' AND \"property_value\" = 'arn:aws:iam::111122223333:role/Reader-dev'",
      "RAISE not_ours;",
    ];
    const alter = `ALTER STORAGE INTEGRATION "EXPORTS_S3" SET\n${settings("    ")}`;
    const places = [create, ...guard, alter].map((text) => setup.indexOf(text));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      String(places),
    );
    assert.equal(setup.split("STORAGE INTEGRATION").length, 3);
    assert.match(setup, /EXPORTS_S3 exists and is not of this stack.*snowflake\.integration'/);
  });

  it("drops an integration where it is the stack's alone", () => {
    const teardown = snowflakeSql(sampleOutputs({ errors: true }), "teardown");
    for (const [name, property] of [
      ["EXPORTS_S3", "STORAGE_AWS_ROLE_ARN"],
      ["EXPORTS_ERRORS", "AWS_SNS_ROLE_ARN"],
    ] as const) {
      const guarded = `DESC INTEGRATION "${name}";[^$]*'${property}'[^$]*'left alone[^$]*DROP INTEGRATION IF EXISTS "${name}"`;
      assert.match(teardown, new RegExp(guarded));
      assert.equal(teardown.split(`DROP INTEGRATION IF EXISTS "${name}"`).length, 2);
    }
  });

  it("creates nothing of the account that it can look at, and does not grant a role that exists to another", () => {
    const statements = statementsOf(snowflakeSql(sampleOutputs(), "admin"));
    for (const [look, create] of [
      ["DESC WAREHOUSE <name>", "CREATE WAREHOUSE IF NOT EXISTS <name> "],
      ["DESC DATABASE <name>", "CREATE DATABASE IF NOT EXISTS <name> "],
      ["DESC SCHEMA <name> . <name>", "CREATE SCHEMA IF NOT EXISTS <name> . <name> "],
      ["SHOW GRANTS OF ROLE <name>", "CREATE ROLE IF NOT EXISTS <name> "],
    ] as const) {
      const start = `EXECUTE IMMEDIATE <block BEGIN ${look} ; EXCEPTION WHEN OTHER THEN ${create}`;
      assert.ok(
        statements.some((statement) => statement.startsWith(start)),
        start,
      );
    }
    assert.deepEqual(
      statements.filter((statement) => /^(CREATE|GRANT ROLE)/.test(statement)),
      [],
    );
  });

  it("runs as the roles that the settings name, objects and load as the owner's alone", () => {
    const snowflake = { adminRole: "platform_admin", integrationRole: '"Integrations"' };
    const rolesOf = (part: (typeof sqlParts)[number], mode: (typeof modes)[number]) => {
      const text = snowflakeSql(sampleOutputs({ mode, snowflake, errors: true }), part);
      return [...new Set([...text.matchAll(/^USE ROLE (.*);$/gm)].map(([, role]) => role))].sort();
    };
    for (const mode of modes) {
      assert.deepEqual(rolesOf("admin", mode), ['"Integrations"', '"PLATFORM_ADMIN"']);
      assert.deepEqual(rolesOf("objects", mode), ['"LOADER"']);
      assert.deepEqual(rolesOf("load", mode), ['"LOADER"']);
    }
    const admin = snowflakeSql(sampleOutputs({ snowflake }), "admin");
    assert.match(admin, /GRANT ROLE "LOADER" TO ROLE "PLATFORM_ADMIN"/);
    assert.match(admin, /GRANT USAGE ON WAREHOUSE "LOAD_WH" TO ROLE "Integrations"/);
  });

  it("needs no right of the account outside of admin", () => {
    const account =
      / ON ACCOUNT | INTEGRATION |^CREATE (WAREHOUSE|DATABASE|SCHEMA|ROLE)|^GRANT (?!SELECT|MONITOR)/;
    for (const mode of modes) {
      for (const part of ["objects", "load"] as const) {
        const statements = flatOf(snowflakeSql(sampleOutputs({ mode, errors: true }), part));
        assert.deepEqual(
          statements.filter((statement) => account.test(statement)),
          [],
        );
      }
    }
  });

  it("names project, stack and stream in the comment of everything that it creates", () => {
    for (const mode of modes) {
      const outputs = { ...sampleOutputs({ mode, errors: true, streams: 2 }), stack: "prod" };
      const created = flatStatements(snowflakeSql(outputs)).filter((tokens) =>
        /^CREATE/.test(skeletonOf(tokens)),
      );
      assert.ok(created.length >= 15);
      for (const tokens of created) {
        const comments = stringsOf(tokens).filter((text) => text.startsWith("Braintrust exports: "));
        const kind = skeletonOf(tokens);
        const ofStream = /^CREATE (OR \w+ )?(FILE|STAGE|TABLE|VIEW|PIPE|TASK)/.test(kind);
        assert.match(
          comments.join(),
          ofStream
            ? /^Braintrust exports: project braintrust-snowflake, stack prod, stream stream-[01](, version \d+)?$/
            : /^Braintrust exports: project braintrust-snowflake, stack prod$/,
          kind,
        );
      }
    }
  });

  it("lists objects of streams that have left, by their comment, and drops none", () => {
    const outputs = { ...sampleOutputs({ streams: 2 }), stack: "a_b%" };
    const text = snowflakeSql(outputs, "teardown", { leftStreams: true });
    for (const statement of statementsOf(text).slice(1)) assert.match(statement, /^(USE|SHOW|SELECT) /);
    for (const kind of ["PIPES", "TASKS", "VIEWS", "STAGES", "FILE FORMATS", "DYNAMIC TABLES", "TABLES"]) {
      assert.match(text, new RegExp(`^SHOW ${kind} IN SCHEMA "ANALYTICS"\\."BRAINTRUST";$`, "m"));
    }
    const ours = "Braintrust exports: project braintrust-snowflake, stack a_b%, stream stream-";
    assert.equal(text.split(`NOT IN ('${ours}0', '${ours}1')`).length, 8);
    assert.equal(text.split("stack a^_b^%, stream %' ESCAPE '^'").length, 8);
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
        /CREATE OR ALTER TASK \S+\n.*\n {2}SCHEDULE = '15 MINUTES'\n(.*\n){2}AS\nCOPY INTO/,
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
      /CREATE DYNAMIC TABLE IF NOT EXISTS "ANALYTICS"\."BRAINTRUST"\."LOGS_0_CURRENT"\n {2}TARGET_LAG = '45 minutes'\n {2}WAREHOUSE = "LOAD_WH"/,
    );
    assert.equal(rows(/CREATE DYNAMIC TABLE/), rows(/CREATE OR REPLACE VIEW/));
    assert.match(text, /ALTER DYNAMIC TABLE \S+ SET TARGET_LAG = '45 minutes' WAREHOUSE = "LOAD_WH";/);
    assert.match(text, /CREATE PIPE, CREATE DYNAMIC TABLE ON SCHEMA/);
    assert.match(text, /GRANT SELECT, MONITOR ON DYNAMIC TABLE \S+_CURRENT" TO ROLE "READER"/);
    assert.match(snowflakeSql(outputs, "teardown"), /DROP DYNAMIC TABLE IF EXISTS \S+_CURRENT";\nDROP VIEW/);
    assert.doesNotMatch(snowflakeSql(sampleOutputs()) + snowflakeSql(sampleOutputs(), "teardown"), /DYNAMIC/);
  });

  it("leaves a view of the same version alone, and one that has policies or tags", () => {
    const [block = ""] = statementsOf(snowflakeSql(sampleOutputs(), "objects")).filter((statement) =>
      statement.includes("VIEW <name>"),
    );
    const places = [
      "COMMENT = <text> ) ) THEN RETURN <text> ; END IF",
      "POLICY_REFERENCES (",
      "TAG_REFERENCES_ALL_COLUMNS (",
      "IF ( ATTACHED > 0 ) THEN RETURN <text>",
      "CREATE OR REPLACE VIEW <name> . <name> . <name> COPY GRANTS",
    ].map((text) => block.indexOf(text));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      `${places}: ${block}`,
    );
  });

  it("wires the error integration through setup, pipe or task, answers and teardown, and only where it is set", () => {
    for (const mode of ["sns", "none"] as const) {
      const outputs = sampleOutputs({ mode, errors: true });
      const text = snowflakeSql(outputs);
      assert.match(text, /CREATE NOTIFICATION INTEGRATION IF NOT EXISTS "EXPORTS_ERRORS"/);
      assert.match(
        text,
        /ALTER NOTIFICATION INTEGRATION "EXPORTS_ERRORS" SET\n {4}ENABLED = TRUE\n {4}AWS_SNS_TOPIC_ARN = /,
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
    assert.equal(check.match(/UNION ALL/g)?.length, 2);
    assert.match(snowflakeSql(sampleOutputs({ mode: "none" }), "check"), /TASK_HISTORY/);
    assert.match(check, /LIST '@"ANALYTICS"\."BRAINTRUST"\."LOGS_1_STAGE"' PATTERN = /);
  });

  it("names the files of the last 14 days that were not loaded", () => {
    const check = snowflakeSql(sampleOutputs({ streams: 2 }), "check");
    assert.equal(check.match(/FILE_NAME, STATUS, ERROR_COUNT, FIRST_ERROR_MESSAGE/g)?.length, 2);
    assert.match(
      check,
      /DATEADD\(DAY, -14, .*\n\)\)\nWHERE STATUS <> 'Loaded'\nORDER BY LAST_LOAD_TIME DESC\nLIMIT 100;/,
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

  it("drops nothing that holds data or may be shared, but shows how", () => {
    const teardown = snowflakeSql(sampleOutputs(), "teardown");
    assert.deepEqual(
      flatOf(teardown)
        .map((statement) => statement.split(" ").slice(0, 2).join(" "))
        .filter((verb) => /^(CREATE|DROP|GRANT|REVOKE|USE ROLE)/.test(verb)),
      [
        "USE ROLE",
        "DROP PIPE",
        "DROP TASK",
        "DROP VIEW",
        "DROP STAGE",
        "DROP FILE",
        "USE ROLE",
        "DROP INTEGRATION",
      ],
    );
    for (const kind of ["TABLE", "ROLE", "SCHEMA", "DATABASE", "WAREHOUSE"]) {
      assert.match(teardown, new RegExp(`^-- DROP ${kind} IF EXISTS `, "m"));
    }
    assert.match(teardown, /-- WARNING/);
  });

  it("takes the rights of the account back in teardown, from a role of its own alone", () => {
    const teardown = snowflakeSql({ ...sampleOutputs({ mode: "queue" }), stack: "dev" }, "teardown");
    const guarded =
      /"name" = 'LOADER' AND "comment" = 'Braintrust exports: project braintrust-snowflake, stack dev'\)\) THEN\n {4}REVOKE EXECUTE TASK, EXECUTE MANAGED TASK ON ACCOUNT FROM ROLE "LOADER";/;
    assert.match(teardown, guarded);
    assert.doesNotMatch(snowflakeSql(sampleOutputs(), "teardown"), /REVOKE/);
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
