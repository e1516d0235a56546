import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { filesSql } from "../../automation/reconcile/files-sql";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { accesses, modes, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { queries } from "./account/queries";
import { statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";
import { execute, needFakesnow } from "./executor";

/** Why fakesnow does not execute a statement, by the words that it begins with. */
const reasons: readonly (readonly [shape: RegExp, why: string])[] = [
  [/^(USE|GRANT|REVOKE)|ROLES?$|WAREHOUSE$/, "DuckDB has neither roles, rights nor warehouses"],
  [/^ALTER SESSION/, "DuckDB compares names without their case"],
  [/INTEGRATIONS?$|SYSTEM\$(VALIDATE|GET_AWS)/, "DuckDB reaches no AWS"],
  [/STAGE$|FILE FORMAT$|^LIST|^COPY INTO/, "DuckDB has no stages: execute.py reads the files"],
  [/(PIPES?|TASKS?|PIPE_STATUS)$/, "DuckDB has neither pipes nor tasks: execute.py loads by their COPY"],
  [/_HISTORY$/, "DuckDB keeps no history: execute.py has one for the query of reconcile"],
  [/^EXECUTE IMMEDIATE/, "DuckDB has no Snowflake Scripting: execute.py takes the branch"],
];

describe("each statement of the SQL", function () {
  this.timeout(120_000);
  let bucket: string;

  before(async function () {
    needFakesnow(this);
    bucket = await fs.mkdtemp(path.join(os.tmpdir(), "bucket-"));
    for (const stream of [0, 1])
      await fs.mkdir(path.join(bucket, `braintrust/stream-${stream}`), { recursive: true });
  });
  after(() => fs.rm(bucket, { recursive: true, force: true }));

  it("is executed by fakesnow or by the fake account, and the table says why by which", async () => {
    const counts = new Map<string, { fakesnow: Record<string, number>; account: Record<string, number> }>();
    const count = (shape: string, where: "fakesnow" | "account", way: string, times = 1) => {
      const both = counts.get(shape) ?? { fakesnow: {}, account: {} };
      counts.set(shape, both);
      both[where][way] = (both[where][way] ?? 0) + times;
    };
    for (const [at, mode] of modes.entries()) {
      const snowflake = { monthlyCredits: 10 * (at + 1) };
      const sample = {
        mode,
        access: accesses[at % 2] ?? "role",
        streams: 2,
        errors: mode === "sns",
        snowflake,
      };
      const outputs = { ...sampleOutputs(sample), stack: "dev" };
      const parts = ["setup", "load", "check", "teardown"] as const;
      const [setup = "", load = "", check = "", teardown = ""] = parts.map((part) =>
        snowflakeSql(outputs, part),
      );
      const steps = [setup, load, check, filesSql(outputs), teardown];
      for (const [shape, ways] of Object.entries(execute({ bucket, tables: [], steps }).counts)) {
        for (const [way, times] of Object.entries(ways)) count(shape, "fakesnow", way, times);
      }
      const yes = () => true;
      const account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes });
      const session = new Session(account, statements);
      for (const statement of steps.flatMap((sql) => statementsOf(sql.replace(/^--.*\n/gm, "")))) {
        await session.execute(statement);
        const isAnswered = queries.some(([form]) => form.test(statement));
        count(shapeOf(statement), "account", isAnswered ? "answered" : "executed");
      }
    }
    const rows = [...counts].sort().map(([statement, { fakesnow, account }]) => {
      const why = fakesnow.executed ? "" : reasons.find(([shape]) => shape.test(statement))?.[1];
      return { statement, fakesnow: words(fakesnow), "fake account": words(account), why };
    });
    console.table(rows);
    assert.deepEqual(
      rows.filter((row) => row.why === undefined),
      [],
    );
  });
});

/** The words that a statement begins with, as execute.py counts it. */
function shapeOf(statement: string): string {
  const [start = ""] = /^(GRANT|REVOKE|SELECT|SHOW [A-Z]+)\b|^[A-Z_ ]*/.exec(statement) ?? [];
  const shape = start.replace(/ IF (NOT )?EXISTS| OR REPLACE| OR ALTER/g, "").trim();
  const asked = shape === "SELECT" ? /SYSTEM\$\w+|\w+_HISTORY(?=\()/.exec(statement)?.[0] : undefined;
  return asked === undefined ? shape : `${shape} ${asked}`;
}

function words(ways: Readonly<Record<string, number>>): string {
  return Object.entries(ways)
    .map(([way, times]) => `${times} ${way}`)
    .join(", ");
}
