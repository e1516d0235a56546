import assert from "node:assert/strict";
import type { PipelineOutputs } from "../../automation/outputs";
import { filesSql } from "../../automation/reconcile/files-sql";
import { type SqlPart, snowflakeSql } from "../../automation/snowflake/sql/sql";
import { type Mode, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { type Row, statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";

type Roles = Required<
  Pick<PipelineOutputs["snowflake"], "role" | "readerRole" | "integrationRole" | "adminRole">
>;

/** Which roles who runs a part has: docs/snowflake.md, Roles. */
const runners: readonly (readonly [part: SqlPart, has: readonly (keyof Roles)[]])[] = [
  ["admin", ["adminRole", "integrationRole"]],
  ["objects", ["role"]],
  ["load", ["role"]],
  ["admin", ["adminRole", "integrationRole"]],
  ["objects", ["role"]],
  ["load", ["role"]],
  ["check", ["role", "integrationRole"]],
  ["teardown", ["role", "adminRole", "integrationRole"]],
];
const ofAdministrator = ["CREATE WAREHOUSE", "CREATE DATABASE", "CREATE ROLE", "MANAGE GRANTS"];
const ofAccount = ["CREATE INTEGRATION", "EXECUTE TASK", "EXECUTE MANAGED TASK"];
const systemRoles = ["ACCOUNTADMIN", "SYSADMIN"];

const names = ["DATA", "read er", "PLATFORM", "ACCOUNTADMIN"];
const pairings = names.flatMap((role) =>
  names.flatMap((readerRole) =>
    names.flatMap((integrationRole) =>
      names.map((adminRole): Roles => ({ role, readerRole, integrationRole, adminRole })),
    ),
  ),
);

/** Further ones, in which Snowflake's own roles have other parts. */
const further: readonly Roles[] = [
  { role: "sysadmin", readerRole: "public", integrationRole: "ACCOUNTADMIN", adminRole: '"ACCOUNTADMIN"' },
  { role: "SYSADMIN", readerRole: "read er", integrationRole: "sysadmin", adminRole: "ACCOUNTADMIN" },
  { role: "DATA", readerRole: "SYSADMIN", integrationRole: "SYSADMIN", adminRole: "PLATFORM" },
];

const stored = (name: string) => (/^\w+$/.test(name) ? name.toUpperCase() : name.replaceAll('"', ""));

describe("the SQL in a fake account, by role", () => {
  let account: SnowflakeAccount;

  beforeEach(() => {
    account = newAccount();
  });

  function newAccount(): SnowflakeAccount {
    const yes = () => true;
    const files = async (url: string) => [
      { url: `${url}a.jsonl`, modified: 1, read: async () => Buffer.from("{}") },
    ];
    return new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes, files });
  }
  const outputsOf = (mode: Mode, snowflake: Roles) => ({
    ...sampleOutputs({ mode, errors: true, streams: 2, snowflake }),
    stack: "dev",
  });
  async function run(userRoles: readonly string[], ...texts: readonly string[]): Promise<Row[]> {
    account.userRoles = userRoles;
    const session = new Session(account, statements);
    const rows: Row[] = [];
    for (const statement of statementsOf(texts.join(";\n").replace(/^--.*\n/gm, "")))
      rows.push(...(await session.execute(statement)));
    return rows;
  }
  /** A role that an administrator has created before. */
  const created = (role: string, rights: readonly string[], further: readonly string[] = []) =>
    run(
      ["ACCOUNTADMIN"],
      "USE ROLE ACCOUNTADMIN",
      `CREATE ROLE "${role}"`,
      ...rights.map((right) => `GRANT ${right} ON ACCOUNT TO ROLE "${role}"`),
      ...further.map((right) => `GRANT ${right} ON ACCOUNT TO ROLE "${role}" WITH GRANT OPTION`),
    );
  const answersIn = (rows: readonly Row[]) => rows.map((row) => row["anonymous block"]).join("\n");

  /** Sets up twice, loads, checks and tears down, each part by who has its roles alone. */
  async function live(mode: Mode, roles: Roles): Promise<void> {
    const { role, readerRole, integrationRole, adminRole } = roles;
    const [owner, reader, integrator, admin] = [role, readerRole, integrationRole, adminRole].map(stored);
    assert.ok(owner && reader && integrator && admin);
    if (!systemRoles.includes(admin)) await created(admin, ofAdministrator, ofAccount);
    if (![owner, reader, admin, ...systemRoles].includes(integrator))
      await created(integrator, ["CREATE INTEGRATION"]);
    const outputs = outputsOf(mode, roles);
    for (const [part, has] of runners) {
      await run(
        has.map((key) => stored(roles[key])),
        snowflakeSql(outputs, part),
      );
      if (part !== "load") continue;
      await run([owner], filesSql(outputs));
      const table = account.all("TABLE")[0] ?? assert.fail();
      assert.ok(account.owns(reader, table) || account.may(reader, "SELECT", `TABLE ${table.name}`));
      assert.deepEqual(
        account.all("INTEGRATION").map((each) => each.owner),
        [integrator, integrator],
      );
    }
    const left = new Set(account.everything().map(({ kind }) => kind));
    assert.ok(!["INTEGRATION", "PIPE", "TASK", "STAGE", "VIEW"].some((kind) => left.has(kind)));
    // Of a role of the stack alone; what was another's keeps what it had.
    for (const one of [owner, reader].filter(
      (each) => each !== admin && ![...systemRoles, "PUBLIC"].includes(each),
    ))
      for (const right of ofAccount) assert.ok(!account.may(one, right, "ACCOUNT"), `${one}: ${right}`);
  }

  for (const mode of ["sns", "queue"] as const) {
    it(`sets up twice, loads, checks and tears down with roles that are one or another, in mode ${mode}`, async () => {
      for (const roles of [...pairings, ...further]) {
        account = newAccount();
        await live(mode, roles).catch((error: Error) => {
          throw new Error(`${JSON.stringify(roles)}: ${error.message}`, { cause: error });
        });
      }
    });
  }

  it("answers with what ACCOUNTADMIN is to run where the administrator's role may not grant it", async () => {
    await created("PLATFORM", ofAdministrator);
    const roles = { role: "DATA", readerRole: "bi", integrationRole: "bi", adminRole: "platform" };
    const outputs = outputsOf("queue", roles);
    const admin = snowflakeSql(outputs, "admin");
    await assert.rejects(run(["PLATFORM"], admin), /Insufficient privileges to operate on account/);
    // What the session has answered by then, as the Snowflake CLI prints it.
    const [integration = ""] = admin.match(/^USE ROLE "BI";/m) ?? [];
    const answered = answersIn(await run(["PLATFORM"], admin.slice(0, admin.indexOf(integration))));
    const toRun = [...answered.matchAll(/have ACCOUNTADMIN run (GRANT .*?);/g)].map(
      ([, grant = ""]) => grant,
    );
    assert.deepEqual(toRun, [
      'GRANT EXECUTE TASK, EXECUTE MANAGED TASK ON ACCOUNT TO ROLE "DATA"',
      'GRANT CREATE INTEGRATION ON ACCOUNT TO ROLE "BI"',
    ]);
    await run(["ACCOUNTADMIN"], "USE ROLE ACCOUNTADMIN", ...toRun);
    for (const [part, role] of [
      ["admin", "PLATFORM"],
      ["objects", "DATA"],
      ["load", "DATA"],
    ] as const) {
      await run([role], snowflakeSql(outputs, part));
    }
    assert.equal(account.taskRuns.length, 2);
  });
});
