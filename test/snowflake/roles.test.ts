import assert from "node:assert/strict";
import { filesSql } from "../../automation/reconcile/files-sql";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { modes, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";

/** Settings of roles. The account has the role `platform`, with the rights that an administrator's own role needs. */
const settings = {
  "one of Snowflake's for all": {
    role: "ACCOUNTADMIN",
    readerRole: "accountadmin",
    adminRole: '"ACCOUNTADMIN"',
    integrationRole: "ACCOUNTADMIN",
  },
  "one of the company's for all": {
    role: "platform",
    readerRole: "platform",
    adminRole: "platform",
    integrationRole: "platform",
  },
  "one of Snowflake's as the owner": { role: "sysadmin", readerRole: "public" },
  "the owner for integrations": { role: "own", readerRole: '"read er"', integrationRole: "own" },
  "the company's for integrations": { role: "own", readerRole: "PUBLIC", integrationRole: "platform" },
  "the owner as the reader": { adminRole: "platform", integrationRole: "platform", readerRole: "loader" },
  "the administrator as the reader": { readerRole: "ACCOUNTADMIN" },
};
const rights = [
  "CREATE WAREHOUSE",
  "CREATE DATABASE",
  "CREATE ROLE",
  "MANAGE GRANTS",
  "CREATE INTEGRATION",
  "EXECUTE TASK",
  "EXECUTE MANAGED TASK",
];

describe("the SQL in a fake account, by role", () => {
  for (const [what, snowflake] of Object.entries(settings)) {
    for (const mode of modes) {
      it(`sets up twice, loads, checks and tears down with ${what}, in mode ${mode}`, async () => {
        const outputs = { ...sampleOutputs({ mode, errors: true, streams: 2, snowflake }), stack: "dev" };
        const yes = () => true;
        const files = async (url: string) => [
          { url: `${url}a.jsonl`, modified: 1, read: async () => Buffer.from("{}") },
        ];
        const account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes, files });
        const session = new Session(account, statements);
        for (const statement of [
          "USE ROLE ACCOUNTADMIN",
          "USE ROLE USERADMIN",
          "CREATE ROLE platform",
          "USE ROLE SECURITYADMIN",
          "GRANT ROLE platform TO ROLE SYSADMIN",
          ...rights.map((right) => `GRANT ${right} ON ACCOUNT TO ROLE platform`),
        ]) {
          await session.execute(statement);
        }
        const parts = ["setup", "load", "setup", "load", "check"] as const;
        const texts = [...parts.map((part) => snowflakeSql(outputs, part)), filesSql(outputs)];
        for (const text of [...texts, snowflakeSql(outputs, "teardown")]) {
          for (const statement of statementsOf(text.replace(/^--.*\n/gm, "")))
            await session.execute(statement);
        }
        const left = new Set(account.everything().map(({ kind }) => kind));
        assert.deepEqual([...left].sort(), ["DATABASE", "ROLE", "SCHEMA", "TABLE", "WAREHOUSE"]);
        for (const role of ["OWN", "LOADER"]) {
          for (const right of rights) assert.ok(!account.may(role, right, "ACCOUNT"), `${role}: ${right}`);
        }
        assert.ok(account.may("PLATFORM", "CREATE INTEGRATION", "ACCOUNT"));
      });
    }
  }
});
