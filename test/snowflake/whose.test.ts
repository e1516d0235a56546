import assert from "node:assert/strict";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { type Row, statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";

const ours = "Braintrust exports: project braintrust-snowflake, stack dev";

describe("what is not the stack's, in a fake account", () => {
  let account: SnowflakeAccount;

  beforeEach(() => {
    const yes = () => true;
    account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes });
  });

  const sql = (part: "setup" | "load" | "teardown", sample: Sample = {}) =>
    snowflakeSql({ ...sampleOutputs(sample), stack: "dev" }, part);
  async function run(...texts: readonly string[]): Promise<Row[]> {
    const session = new Session(account, statements);
    const rows: Row[] = [];
    for (const statement of statementsOf(texts.join(";\n").replace(/^--.*\n/gm, "")))
      rows.push(...(await session.execute(statement)));
    return rows;
  }
  const inSchema = (name: string) => `"ANALYTICS"."BRAINTRUST"."${name}"`;
  const find = (kind: string, name: string) => account.find(kind, inSchema(name));
  const commentOf = (kind: string, name: string) => find(kind, name)?.properties.get("COMMENT");

  it("replaces a view of an earlier version under tags that it inherits, and keeps one with a tag of its own", async () => {
    const view = inSchema("LOGS_0_LATEST");
    await run(
      sql("setup"),
      "USE ROLE ACCOUNTADMIN",
      "ALTER DATABASE analytics SET TAG governance.tags.cost_center = 'ml'",
      "ALTER SCHEMA analytics.braintrust SET TAG governance.tags.owner = 'data'",
    );
    find("VIEW", "LOGS_0_LATEST")?.properties.set("COMMENT", `${ours}, stream stream-0, version 1`);
    await run(sql("setup"));
    assert.match(commentOf("VIEW", "LOGS_0_LATEST") ?? "", /, version (?!1$)\d+$/);

    await run("USE ROLE ACCOUNTADMIN", `ALTER VIEW ${view} SET TAG governance.tags.pii = 'yes'`);
    find("VIEW", "LOGS_0_LATEST")?.properties.set("COMMENT", `${ours}, stream stream-0, version 1`);
    const answered = (await run(sql("setup"))).map((row) => row["anonymous block"]);
    assert.equal(commentOf("VIEW", "LOGS_0_LATEST"), `${ours}, stream stream-0, version 1`);
    assert.match(answered.join("\n"), /kept as an earlier version made it, since it has policies or tags/);
  });

  it("neither creates nor grants a role that exists, and gives USERADMIN those that it creates", async () => {
    await run("USE ROLE ACCOUNTADMIN", "USE ROLE USERADMIN", "CREATE ROLE reader");
    const reader = account.find("ROLE", '"READER"');
    account.put({ ...(reader ?? assert.fail()), owner: "ACCOUNTADMIN" });
    await run(sql("setup"));
    const owners = account.all("ROLE").map(({ name, owner }) => [name, owner]);
    assert.deepEqual(owners.sort(), [
      ['"LOADER"', "USERADMIN"],
      ['"READER"', "ACCOUNTADMIN"],
    ]);
    assert.deepEqual(
      ["LOADER", "READER"].map((role) => account.inherited("SYSADMIN").has(role)),
      [true, false],
    );
  });

  it("names the rights of the account that another's role keeps after teardown", async () => {
    const mode = "queue";
    await run("USE ROLE ACCOUNTADMIN", "USE ROLE USERADMIN", "CREATE ROLE loader COMMENT = 'of the lake'");
    account.grantRole("LOADER", "SYSADMIN");
    await run(sql("setup", { mode }));
    const answered = await run(sql("teardown", { mode }));
    assert.ok(account.may("LOADER", "EXECUTE TASK", "ACCOUNT"));
    assert.match(
      answered.map((row) => row["anonymous block"]).join("\n"),
      /the role LOADER is not of this stack and keeps EXECUTE TASK and EXECUTE MANAGED TASK on the account/,
    );
  });
});
