import assert from "node:assert/strict";
import { type SqlPart, snowflakeSql } from "../../automation/snowflake/sql/sql";
import { type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { type Row, statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";

const inSchema = (name: string) => `"ANALYTICS"."BRAINTRUST"."${name}"`;

describe("settings that change after the SQL has run, in a fake account", () => {
  let account: SnowflakeAccount;

  beforeEach(() => {
    const yes = () => true;
    account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes });
  });

  async function run(text: string): Promise<Row[]> {
    const session = new Session(account, statements);
    const rows: Row[] = [];
    for (const statement of statementsOf(text.replace(/^--.*\n/gm, "")))
      rows.push(...(await session.execute(statement)));
    return rows;
  }
  async function deploy(sample: Sample, parts: readonly SqlPart[] = ["setup", "load"]): Promise<void> {
    for (const part of parts) await run(snowflakeSql({ ...sampleOutputs(sample), stack: "dev" }, part));
  }

  for (const [from, to, type] of [
    ["jsonl", "parquet", "PARQUET"],
    ["parquet", "jsonl", "JSON"],
  ] as const) {
    it(`gives a stream that changes from ${from} to ${to} a file format of the type ${type}`, async () => {
      await deploy({ formats: [from] });
      await deploy({ formats: [to] });
      const { properties } = account.find("FILE FORMAT", inSchema("LOGS_0_FORMAT")) ?? assert.fail();
      assert.equal(properties.get("TYPE"), type);
      assert.equal(properties.has("USE_VECTORIZED_SCANNER"), to === "parquet");
    });
  }

  for (const mode of ["queue", "none"] as const) {
    it(`lets no task of mode ${mode} load beside the pipe of another mode, and says what to do`, async () => {
      await deploy({ streams: 2 });
      await assert.rejects(deploy({ streams: 2, mode }), ({ message }: Error) => {
        assert.match(message, /a pipe that is not in the settings loads the table of stream stream-0, /);
        assert.ok(message.includes(`truncate the table ${inSchema("LOGS_0")}, and run load again`), message);
        return true;
      });
      assert.deepEqual(account.all("TASK"), []);
      for (const pipe of account.all("PIPE")) account.drop(pipe);
      await deploy({ streams: 2, mode });
      assert.equal(account.all("TASK").length, 2);
    });
  }

  it("lets no pipe of a new name load beside that of the former name", async () => {
    await deploy({});
    const pipe = account.find("PIPE", inSchema("LOGS_PIPE_0")) ?? assert.fail();
    account.drop(pipe);
    account.put({ ...pipe, name: inSchema("FORMER"), parts: ["ANALYTICS", "BRAINTRUST", "FORMER"] });
    await assert.rejects(deploy({}), /a pipe that is not in the settings loads the table of stream stream-0/);
    assert.deepEqual(
      account.all("PIPE").map(({ name }) => name),
      [inSchema("FORMER")],
    );
  });

  it("loads in a schema with managed access, and answers who has to grant what", async () => {
    await run(
      [
        "USE ROLE ACCOUNTADMIN",
        "USE ROLE SYSADMIN",
        'CREATE DATABASE "ANALYTICS"',
        'CREATE SCHEMA "ANALYTICS"."BRAINTRUST" WITH MANAGED ACCESS',
      ].join(";\n"),
    );
    const sample = { streams: 2, snowflake: { currentLagMinutes: 60 } };
    await deploy(sample, ["setup"]);
    const answered = await run(snowflakeSql({ ...sampleOutputs(sample), stack: "dev" }, "load"));
    assert.equal(account.all("PIPE").length, 2);
    const advice = answered.map((row) => String(row["anonymous block"])).filter((text) => /GRANT/.test(text));
    assert.equal(advice.length, 2);
    for (const text of advice) {
      assert.match(
        text,
        /have the owner of the schema, or a role with MANAGE GRANTS, run GRANT SELECT ON TABLE /,
      );
      await run(`USE ROLE SYSADMIN;\n${text.slice(text.indexOf("run GRANT ") + "run ".length)}`);
    }
    const readable = [...account.all("TABLE"), ...account.all("VIEW"), ...account.all("DYNAMIC TABLE")];
    assert.equal(readable.length, 8);
    for (const { kind, name } of readable)
      assert.ok(account.may("READER", "SELECT", `${kind} ${name}`), name);
  });

  for (const holder of [
    'DATABASE "ANALYTICS"',
    'SCHEMA "ANALYTICS"."BRAINTRUST"',
    `TABLE ${inSchema("LOGS_1")}`,
  ]) {
    it(`creates no dynamic table where ${holder} keeps no history, and says what to do`, async () => {
      await deploy({ streams: 2 });
      await run(["USE ROLE SYSADMIN", `ALTER ${holder} SET DATA_RETENTION_TIME_IN_DAYS = 0`].join(";\n"));
      const sample = { streams: 2, snowflake: { currentLagMinutes: 60 } };
      await assert.rejects(deploy(sample), ({ message }: Error) => {
        assert.match(message, /landing tables keep no history .* or remove snowflake.currentLagMinutes/);
        return true;
      });
      assert.deepEqual(account.all("DYNAMIC TABLE"), []);
      for (const name of ["LOGS_0", "LOGS_1"])
        await run(`USE ROLE SYSADMIN;\nALTER TABLE ${inSchema(name)} SET DATA_RETENTION_TIME_IN_DAYS = 1`);
      await deploy(sample);
      assert.equal(account.all("DYNAMIC TABLE").length, 2);
    });
  }

  it("lets a pipe that loads another table be", async () => {
    await deploy({}, ["setup"]);
    const copy = `COPY INTO ${inSchema("LOGS_0_COPY")} (RAW) FROM (SELECT $1 FROM '@${inSchema("LOGS_0_STAGE")}')`;
    await run(
      [
        "USE ROLE ACCOUNTADMIN",
        'USE ROLE "LOADER"',
        `CREATE TABLE ${inSchema("LOGS_0_COPY")} (RAW VARIANT)`,
        `CREATE PIPE ${inSchema("FINANCE")} AUTO_INGEST = TRUE\nAS\n${copy}`,
      ].join(";\n"),
    );
    await deploy({});
    assert.equal(account.all("PIPE").length, 2);
  });
});
