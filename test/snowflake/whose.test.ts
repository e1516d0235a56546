import assert from "node:assert/strict";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { SnowflakeAccount } from "./account/account";
import { type Row, statementsOf } from "./account/script";
import { Session } from "./account/session";
import { statements } from "./account/statements";
import { earlierObjects } from "./earlier";

const ours = "Braintrust exports: project braintrust-snowflake, stack dev";
const schema = '"ANALYTICS"."BRAINTRUST"';
const copy = `AS COPY INTO ${schema}."LAKE" (X) FROM (SELECT $1 FROM '@${schema}."LAKE"')`;

/** What another team may have in the schema, under names that the stream's objects have: kind, name, what creates it. */
const foreign: readonly (readonly [kind: string, name: string, definition: string, sample: Sample])[] = [
  ["FILE FORMAT", "LOGS_0_FORMAT", "TYPE = JSON STRIP_OUTER_ARRAY = TRUE", {}],
  ["STAGE", "LOGS_0_STAGE", "URL = 's3://lake/braintrust/'", {}],
  ["TABLE", "LOGS_0", "(RAW VARIANT)", {}],
  ["TABLE", "LOGS_0_LATEST", "(ID VARCHAR)", {}],
  ["VIEW", "LOGS_0_LATEST", `AS SELECT * FROM ${schema}."LOGS_0"`, {}],
  ["VIEW", "LOGS_0_FILES", `AS SELECT FILE_CONTENT_KEY FROM ${schema}."LOGS_0"`, {}],
  ["DYNAMIC TABLE", "LOGS_0_CURRENT", "AS SELECT 1", { snowflake: { currentLagMinutes: 60 } }],
  ["PIPE", "LOGS_PIPE_0", copy, {}],
  ["TASK", "LOGS_0_LOAD", copy, {}],
  ["TASK", "LOGS_0_LOAD", copy, { mode: "queue" }],
];

describe("what is not the stack's, in a fake account", () => {
  let account: SnowflakeAccount;

  beforeEach(() => {
    const yes = () => true;
    account = new SnowflakeAccount({ assumes: yes, subscribes: yes, knowsKey: yes });
  });

  const sql = (part: "setup" | "admin" | "load" | "teardown", sample: Sample = {}) =>
    snowflakeSql({ ...sampleOutputs(sample), stack: "dev" }, part);
  async function run(...texts: readonly string[]): Promise<Row[]> {
    const session = new Session(account, statements);
    const rows: Row[] = [];
    for (const statement of statementsOf(texts.join(";\n").replace(/^--.*\n/gm, "")))
      rows.push(...(await session.execute(statement)));
    return rows;
  }
  const inSchema = (name: string) => `${schema}."${name}"`;
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

  for (const [kind, name, definition, sample] of foreign) {
    for (const comment of ["", "of the lake's team: \\o/"]) {
      const commented = comment === "" ? "without a comment" : "with a comment of its own";
      it(`changes no ${kind} ${name} of another ${commented}, names it, and leaves it in teardown${sample.mode === undefined ? "" : `, in mode ${sample.mode}`}`, async () => {
        const written = comment.replaceAll("\\", "\\\\").replaceAll("'", "''");
        const options = comment === "" ? "" : `COMMENT = '${written}' `;
        const created = `CREATE ${kind} ${inSchema(name)} ${options}${definition}`;
        await run(
          sql("admin", sample),
          'USE ROLE "SECURITYADMIN"',
          `GRANT CREATE TASK, CREATE PIPE ON SCHEMA ${schema} TO ROLE "LOADER"`,
          'USE ROLE "LOADER"',
          `CREATE TABLE ${inSchema("LAKE")} (X VARIANT)`,
          `CREATE STAGE ${inSchema("LAKE")} URL = 's3://exports/braintrust/stream-0/' STORAGE_INTEGRATION = "EXPORTS_S3"`,
          created.replace(/(COMMENT = '.*' )(\(.*\))$/, "$2 $1"),
        );
        const before = structuredClone(find(kind, name));
        for (const part of ["setup", "load"] as const) {
          await assert.rejects(run(sql(part, sample)), ({ message }: Error) => {
            assert.match(message, /schema BRAINTRUST has objects that are not of this stack: /);
            assert.ok(
              message.includes(`"${name}" of stream stream-0; set another table of the stream in streams, `),
              message,
            );
            return true;
          });
        }
        await run(sql("teardown", sample));
        assert.deepEqual(find(kind, name), before);
        const left = account
          .everything()
          .filter(({ parts }) => parts.length === 3 && !parts.includes("LAKE"));
        assert.deepEqual(left, [before]);
      });
    }
  }

  it("takes an object for the stack's once it has the comment that the refusal names", async () => {
    await run(sql("setup"));
    const view = find("VIEW", "LOGS_0_LATEST");
    view?.properties.set("COMMENT", "documented by hand");
    const refused = await run(sql("setup")).then(
      () => assert.fail(),
      (error: Error) => error.message,
    );
    const comment = /set its comment to (.*), stream NAME/.exec(refused)?.[1];
    view?.properties.set("COMMENT", `${comment}, stream stream-0`);
    await run(sql("setup"), sql("load"), sql("teardown"));
    assert.deepEqual(account.all("VIEW"), []);
  });

  for (const mode of ["snowflake-queue", "queue"] as const) {
    it(`takes objects of an earlier version, which have no comment, for the stack's, in mode ${mode}`, async () => {
      const earlier = earlierObjects({ schema, table: "LOGS_0", url: "s3://exports/braintrust/stream-0/" });
      await run(
        sql("admin", { mode }),
        'USE ROLE "LOADER"',
        ...earlier.setup,
        mode === "queue" ? earlier.task : earlier.pipe("LOGS_PIPE_0"),
      );
      const objects = account.everything().filter(({ parts }) => parts.length === 3);
      assert.equal(objects.length, 5);
      await run(sql("setup", { mode }), sql("load", { mode }));
      for (const { kind, parts } of objects) {
        assert.match(commentOf(kind, parts[2] ?? "") ?? "", /, stack dev, stream stream-0(, version \d+)?$/);
      }
      await run(sql("teardown", { mode }));
      assert.deepEqual(
        account.everything().filter(({ parts }) => parts.length === 3),
        [find("TABLE", "LOGS_0")],
      );
      find("TABLE", "LOGS_0")?.properties.delete("COMMENT");
      await run(sql("setup", { mode }));
    });
  }

  it("tears down objects of an earlier version that no later setup has given a comment", async () => {
    const earlier = earlierObjects({ schema, table: "LOGS_0", url: "s3://exports/braintrust/stream-0/" });
    await run(
      sql("admin"),
      'USE ROLE "LOADER"',
      ...earlier.setup,
      earlier.pipe("LOGS_PIPE_0"),
      sql("teardown"),
    );
    assert.deepEqual(
      account.everything().filter(({ parts }) => parts.length === 3),
      [find("TABLE", "LOGS_0")],
    );
  });

  it("takes objects for the stack's that were created before it told its name", async () => {
    await run(snowflakeSql(sampleOutputs(), "setup"));
    assert.equal(
      commentOf("STAGE", "LOGS_0_STAGE"),
      "Braintrust exports of the bucket exports, stream stream-0",
    );
    await run(sql("setup"));
    assert.equal(commentOf("STAGE", "LOGS_0_STAGE"), `${ours}, stream stream-0`);
  });

  it("drops the dynamic table once its setting is gone, and another's table of the name neither then nor in teardown", async () => {
    const lagging = { snowflake: { currentLagMinutes: 60 } };
    await run(sql("setup", lagging));
    assert.ok(find("DYNAMIC TABLE", "LOGS_0_CURRENT"));
    await run(sql("setup"));
    assert.equal(find("DYNAMIC TABLE", "LOGS_0_CURRENT"), undefined);
    await run(
      "USE ROLE ACCOUNTADMIN",
      'USE ROLE "LOADER"',
      `CREATE TABLE ${inSchema("LOGS_0_CURRENT")} (X VARIANT)`,
    );
    await run(sql("setup"), sql("load"), sql("teardown"));
    assert.ok(find("TABLE", "LOGS_0_CURRENT"));
  });

  it("ends a task of the stack's that another mode has left", async () => {
    await run(sql("setup", { mode: "queue" }), sql("load", { mode: "queue" }));
    assert.ok(find("TASK", "LOGS_0_LOAD"));
    await run(sql("setup"), sql("load"));
    assert.deepEqual([find("TASK", "LOGS_0_LOAD"), account.all("PIPE").length], [undefined, 1]);
  });
});
