import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { readAnswers } from "../../automation/snowflake/answers/answer-input";
import { parseAnswers } from "../../automation/snowflake/answers/answers";
import { runSnow } from "../../automation/snowflake/handshake/snow";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { accesses, modes, type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { needSnow, RealSnow, utf16 } from "./real-snow";

const key = { accessKeyId: "AKIAFIRST", secretAccessKey: "first/secret+1" };
const next = { accessKeyId: "AKIANEXT", secretAccessKey: "next/secret+2" };

describe("parts of the SQL, run by the Snowflake CLI itself", function () {
  this.timeout(120_000);
  let snow: RealSnow;

  before(function () {
    needSnow(this);
  });
  beforeEach(async () => {
    const yes = () => true;
    const file = (name: string, text: string) => ({
      url: `s3://exports/braintrust/stream-0/${name}`,
      modified: Date.UTC(2026, 10, 1),
      read: async () => Buffer.from(text),
    });
    const files = [file("a.jsonl", '{"id":"a"}\n{"id":"b"}\n'), file("b.jsonl", '{"id":')];
    snow = await RealSnow.connect({
      assumes: yes,
      subscribes: yes,
      knowsKey: yes,
      files: async (url) => files.filter((one) => one.url.startsWith(url)),
    });
    snow.account.ignoresCase = true;
    snow.account.writesStatusesInCapitals = true;
  });
  afterEach(() => snow.remove());

  const stack = (sample: Sample) => ({
    ...sampleOutputs({ streams: 2, snowflake: { integration: '"Lake reader"' }, ...sample }),
    stack: "dev",
  });
  const kindsLeft = () => [...new Set(snow.account.everything().map(({ kind }) => kind))].sort();
  const run = (sql: string) => runSnow(sql, { environment: snow.environment });

  for (const mode of modes) {
    for (const access of accesses) {
      it(`sets up, loads, sets up again, checks and tears down in mode ${mode} with access ${access}`, async () => {
        const outputs = stack({ mode, access, errors: mode === "sns" });
        const setup = snowflakeSql(outputs, "setup", { revealSecrets: key });
        const rest = (["load", "check", "teardown"] as const).map((part) => snowflakeSql(outputs, part));
        const [load, check, teardown] = rest;
        // The CLI's start takes seconds.
        const printed = await run(`${setup}${load}${setup}${check}${teardown}`);
        const autoIngests = mode === "sns" || mode === "snowflake-queue";
        // A task that reads by a key leaves nothing to answer.
        const isAnswered = autoIngests || access === "role";
        const { pipes, storageIntegration } = isAnswered
          ? parseAnswers(printed)
          : { pipes: [], storageIntegration: undefined };
        assert.equal(pipes.length, autoIngests ? 2 : 0);
        const loaders = rowsOf(printed).flatMap(({ definition, name }) =>
          definition === undefined ? [] : [name],
        );
        assert.deepEqual(
          loaders,
          autoIngests ? ["LOGS_PIPE_0", "LOGS_PIPE_1"] : ["LOGS_0_LOAD", "LOGS_1_LOAD"],
        );
        const user = access === "role" ? snow.account.storageUser : undefined;
        assert.equal(storageIntegration?.STORAGE_AWS_IAM_USER_ARN, user);

        assertChecked(printed, { mode, access });
        assert.deepEqual(kindsLeft(), ["DATABASE", "ROLE", "SCHEMA", "TABLE", "WAREHOUSE"]);
        assert.ok(!snow.account.may("LOADER", "EXECUTE TASK", "ACCOUNT"));
      });
    }
  }

  it("does the same under names with quotes, dollars, comments, ends of statements, and of 255 characters", async () => {
    const outputs = stack({
      mode: "sns",
      errors: true,
      snowflake: {
        database: '"a;b -- c"',
        schema: "it's $$ raw",
        warehouse: "W.$x",
        role: "l\u00F6 'a",
        readerRole: "PUBLIC",
        integration: '"x""y\'z"',
        errorIntegration: "$$",
        monthlyCredits: 3,
      },
    });
    const named = [
      { table: '"Select ""x"" /* \'y\' */"', pipe: "P'I$$" },
      { table: "t".repeat(247), pipe: "p".repeat(255) },
    ];
    const streams = outputs.streams.map((stream, at) => ({ ...stream, ...named[at] }));
    const parts = (["setup", "load", "setup", "check", "teardown"] as const).map((part) =>
      snowflakeSql({ ...outputs, streams }, part),
    );
    const printed = await run(parts.join(""));
    assert.deepEqual(
      parseAnswers(printed).pipes.map(({ name, schema }) => [schema, name]),
      [
        ["it's $$ raw", "P'I$$"],
        ["it's $$ raw", "P".repeat(255)],
      ],
    );
    assertChecked(printed, { mode: "sns", access: "role" });
    assert.deepEqual(kindsLeft(), ["DATABASE", "ROLE", "SCHEMA", "TABLE", "WAREHOUSE"]);
  });

  it("leaves in teardown an integration and a role that are another's", async () => {
    const outputs = stack({ mode: "queue" });
    await snow.runByHand(snowflakeSql(outputs, "setup"));
    for (const kind of ["INTEGRATION", "ROLE"]) {
      for (const { properties } of snow.account.all(kind)) properties.set("COMMENT", "another's");
    }
    snow.account.all("INTEGRATION")[0]?.properties.set("STORAGE_AWS_ROLE_ARN", "arn:aws:iam::1:role/lake");
    await run(snowflakeSql(outputs, "teardown"));
    assert.equal(snow.account.all("INTEGRATION").length, 1);
    assert.ok(snow.account.may("LOADER", "EXECUTE TASK", "ACCOUNT"));
  });

  it("shows the names of all that is another's in the schema", async () => {
    const outputs = stack({});
    await snow.runByHand(snowflakeSql(outputs, "setup"));
    for (const kind of ["VIEW", "STAGE"]) snow.account.all(kind)[1]?.properties.set("COMMENT", "the lake's");
    await assert.rejects(run(snowflakeSql(outputs, "load")), ({ message }: Error) => {
      assert.match(
        message.replace(/\s+/g, " "),
        /schema BRAINTRUST has objects that are not of this stack: view "LOGS_0_FILES" of stream stream-0, stage "LOGS_1_STAGE" of stream stream-1; .* for the stack's, set its comment to .*, stack dev, stream NAME/,
      );
      return true;
    });
    assert.deepEqual(snow.account.all("PIPE"), []);
  });

  it("takes an integration with its comment for its own within its AWS account alone", async () => {
    const outputs = stack({});
    await snow.runByHand(snowflakeSql(outputs, "setup"));
    const [integration] = snow.account.all("INTEGRATION");
    const become = (roleArn: string) => integration?.properties.set("STORAGE_AWS_ROLE_ARN", roleArn);
    const shown = () => integration?.properties.get("STORAGE_AWS_ROLE_ARN");
    become(outputs.snowflakeRoleArn?.replace(/role\/.*/, "role/renamed") ?? "");
    await run(snowflakeSql(outputs, "setup"));
    assert.equal(shown(), outputs.snowflakeRoleArn);
    const another = "arn:aws:iam::999988887777:role/SnowflakeReaderRole-prod";
    become(another);
    await assert.rejects(run(snowflakeSql(outputs, "setup")));
    await run(snowflakeSql(outputs, "teardown"));
    assert.equal(shown(), another);
    assert.deepEqual(snow.account.all("INTEGRATION"), [integration]);
  });

  it("reads with a rotated key after the part `objects`, and shows neither key", async () => {
    const outputs = stack({ access: "user" });
    await snow.runByHand(snowflakeSql(outputs, "setup", { revealSecrets: key }));
    const shown = await run(
      snowflakeSql(outputs, "objects", { revealSecrets: next }) + snowflakeSql(outputs, "load"),
    );
    assert.deepEqual([...new Set(snow.account.usedKeys)], [next.accessKeyId]);
    for (const { secretAccessKey } of [key, next]) assert.ok(!shown.includes(secretAccessKey));
  });

  it("says why pipes are dead, and is read as PowerShell's > writes it", async () => {
    const outputs = stack({});
    snow.account.invalidReason = "Stage dropped";
    const printed = await run(snowflakeSql(outputs, "setup") + snowflakeSql(outputs, "load"));
    const stdin = Readable.from([utf16(printed)]);
    const answers = parseAnswers(await readAnswers({ stdin, stderr: process.stderr }));
    assert.equal(answers.storageIntegration?.STORAGE_AWS_IAM_USER_ARN, snow.account.storageUser);
    assert.deepEqual(
      answers.pipes.map(({ invalidReason }) => invalidReason),
      ["Stage dropped", "Stage dropped"],
    );
  });
});

const rowsOf = (printed: string) => (JSON.parse(printed) as Record<string, unknown>[][]).flat();

/** What the account answers to the check of a stack with one good file and one that is broken. */
function assertChecked(printed: string, { mode, access }: Pick<Sample, "mode" | "access">): void {
  const rows = rowsOf(printed);
  const values = (column: string) => rows.flatMap((row) => (column in row ? [row[column]] : []));
  const validated = values("CAN_LIST").map((answer) => JSON.parse(String(answer)).status);
  assert.deepEqual(validated, access === "role" ? ["success", "success"] : []);
  const statuses = values("PIPE_STATUS").map((answer) => JSON.parse(String(answer)).executionState);
  assert.deepEqual(statuses, mode === "sns" || mode === "snowflake-queue" ? ["RUNNING", "RUNNING"] : []);
  // Tasks load by their schedule, and when the part `load` starts them.
  assert.equal(values("STATE").length, statuses.length > 0 ? 0 : 2);
  assert.deepEqual(
    rows.filter(({ ROWS_LOADED_TWICE }) => ROWS_LOADED_TWICE === 0).map(({ ROWS_LOADED }) => ROWS_LOADED),
    [2, 0],
  );
  const [failed, ...others] = rows.filter((row) => "FILE_NAME" in row);
  assert.deepEqual(
    [failed?.STREAM, failed?.FILE_NAME, others],
    ["stream-0", "braintrust/stream-0/b.jsonl", []],
  );
}
