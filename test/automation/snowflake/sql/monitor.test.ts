import assert from "node:assert/strict";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { sampleOutputs } from "./sample-outputs";
import { flatStatements, skeletonOf } from "./snowflake-text";

describe("credits of the warehouse in the SQL for Snowflake", () => {
  const outputs = sampleOutputs({ snowflake: { monthlyCredits: 17, warehouse: "it's a \"wh" } });

  it("limits them by a monitor of the warehouse's name, as ACCOUNTADMIN, in the part for administrators", () => {
    const admin = snowflakeSql(outputs, "admin");
    assert.match(
      admin,
      /USE ROLE "ACCOUNTADMIN";\nUSE WAREHOUSE "it's a ""wh";\nEXECUTE IMMEDIATE[^;]*foreign_warehouse/,
    );
    const quota = 'RESOURCE MONITOR IF NOT EXISTS "it\'s a ""wh" WITH CREDIT_QUOTA = 17\n';
    assert.ok(admin.includes(`${quota}    TRIGGERS ON 75 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND;`));
    for (const part of ["objects", "load", "check"] as const) {
      assert.doesNotMatch(snowflakeSql(outputs, part), /RESOURCE MONITOR|ACCOUNTADMIN"; *\n *USE WAREHOUSE/);
    }
  });

  it("changes and drops a monitor only where it watches the warehouse of the stack", () => {
    const guard =
      /"name" = 'it''s a "wh' AND "comment" = '[^']*' AND "resource_monitor" = 'it''s a "wh'\)\) THEN/;
    for (const [part, statement] of [
      ["admin", "ALTER RESOURCE MONITOR"],
      ["teardown", "DROP RESOURCE MONITOR"],
    ] as const) {
      const before = snowflakeSql(outputs, part).split(statement)[0]?.trimEnd() ?? "";
      assert.match(before.slice(before.lastIndexOf("SHOW WAREHOUSES")), guard, part);
    }
  });

  it("has no monitor where the settings name no credits", () => {
    for (const part of [undefined, "teardown"] as const) {
      const statements = flatStatements(snowflakeSql(sampleOutputs(), part)).map(skeletonOf);
      assert.deepEqual(
        statements.filter((statement) => /RESOURCE/.test(statement)),
        [],
      );
    }
  });
});
