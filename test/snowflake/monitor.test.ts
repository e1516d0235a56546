import assert from "node:assert/strict";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";

describe("the resource monitor of the SQL, in a fake account", () => {
  const name = '"nightly loads"';
  let account: SnowflakeAccount;

  beforeEach(() => {
    const yes = () => true;
    account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes });
    account.ignoresCase = true;
  });

  const sql = (part: "admin" | "teardown", monthlyCredits?: number) =>
    snowflakeSql(
      {
        ...sampleOutputs({ snowflake: { monthlyCredits, warehouse: "nightly loads" } }),
        stack: "dev",
      },
      part,
    );
  async function run(text: string): Promise<void> {
    const session = new Session(account, statements);
    for (const statement of statementsOf(text.replace(/^--.*\n/gm, ""))) await session.execute(statement);
  }
  const byHand = (...lines: readonly string[]) =>
    run(["ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE", ...lines].join(";\n"));
  const quotas = () => account.all("RESOURCE MONITOR").map((each) => each.properties.get("CREDIT_QUOTA"));
  const watcher = () => account.find("WAREHOUSE", name)?.properties.get("RESOURCE_MONITOR");

  it("watches the stack's warehouse, follows the setting, and goes in teardown", async () => {
    await run(sql("admin", 12));
    assert.deepEqual([quotas(), watcher()], [["12"], name]);
    await run(sql("admin", 30));
    assert.deepEqual([quotas(), watcher()], [["30"], name]);
    await run(sql("teardown", 30));
    assert.deepEqual([quotas(), watcher()], [[], undefined]);
    assert.ok(account.find("WAREHOUSE", name));
  });

  it("stops at another's warehouse, and at one that another monitor watches", async () => {
    await byHand("USE ROLE SYSADMIN", `CREATE WAREHOUSE ${name} COMMENT = 'of the finance team'`);
    await assert.rejects(
      run(sql("admin", 12)),
      /warehouse nightly loads does not have the comment of this stack/,
    );
    assert.deepEqual([quotas(), account.all("ROLE")], [[], []]);

    account.drop(account.find("WAREHOUSE", name) ?? assert.fail());
    await run(sql("admin", 12));
    await byHand(
      "USE ROLE ACCOUNTADMIN",
      "CREATE RESOURCE MONITOR everything WITH CREDIT_QUOTA = 500",
      `ALTER WAREHOUSE ${name} SET RESOURCE_MONITOR = everything`,
    );
    await assert.rejects(
      run(sql("admin", 40)),
      /another resource monitor watches the warehouse nightly loads/,
    );
    await run(sql("teardown", 40));
    assert.deepEqual([quotas(), watcher()], [["12", "500"], '"EVERYTHING"']);
  });

  it("stops at a monitor of the name that watches something else", async () => {
    await run(sql("admin"));
    await byHand("USE ROLE ACCOUNTADMIN", `CREATE RESOURCE MONITOR ${name} WITH CREDIT_QUOTA = 500`);
    await assert.rejects(run(sql("admin", 12)), /resource monitor nightly loads exists and does not watch/);
    await run(sql("teardown", 12));
    assert.deepEqual([quotas(), watcher()], [["500"], undefined]);
  });
});
