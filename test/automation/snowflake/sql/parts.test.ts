import assert from "node:assert/strict";
import { snowflakeSql, sqlParts } from "../../../../automation/snowflake/sql/sql";
import { accesses, canary, modes, sampleOutputs } from "./sample-outputs";
import { flatStatements, readStatements, skeletonOf, stringsOf } from "./snowflake-text";

const statementsOf = (text: string) => readStatements(text).map(skeletonOf);
const flatOf = (text: string) => flatStatements(text).map(skeletonOf);

describe("parts of the SQL for Snowflake", () => {
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
      // What an earlier version has created without one is found by its comment as well.
      const altered = [...snowflakeSql(outputs).matchAll(/^ALTER (\w+) \S+ SET COMMENT = '(.*)';$/gm)];
      const kinds = /snowflake-queue|sns/.test(mode) ? ["PIPE", "STAGE", "TABLE"] : ["STAGE", "TABLE"];
      assert.deepEqual([...new Set(altered.map(([, kind]) => kind))].sort(), kinds);
      for (const [, , comment] of altered) assert.match(comment ?? "", /stack prod, stream stream-[01]$/);
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

  it("leaves Snowflake's own roles as they are", () => {
    const snowflake = { role: "sysadmin", readerRole: "public" };
    const text =
      snowflakeSql(sampleOutputs({ snowflake })) + snowflakeSql(sampleOutputs({ snowflake }), "teardown");
    assert.doesNotMatch(text, /CREATE ROLE|GRANT ROLE|DROP ROLE/);
    assert.match(text, /USE ROLE "SYSADMIN"/);
  });

  it("neither creates, grants nor drops the administrator's role, where it loads and reads too", () => {
    const one = '"Platform team"';
    const snowflake = { role: one, readerRole: one, adminRole: one, integrationRole: one };
    for (const mode of modes) {
      const outputs = sampleOutputs({ mode, snowflake, errors: true });
      const text = snowflakeSql(outputs) + snowflakeSql(outputs, "teardown");
      assert.doesNotMatch(text, /CREATE ROLE|GRANT ROLE|DROP ROLE/);
      assert.deepEqual([...new Set(text.match(/USE ROLE .*;/g))], [`USE ROLE ${one};`]);
    }
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
