import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { thisHost } from "../../../../automation/engine/state/host";
import { PipelineError } from "../../../../automation/errors";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import {
  lastLines,
  runSnow,
  SnowError,
  type SnowOptions,
} from "../../../../automation/snowflake/handshake/snow";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { elapse, stopClock } from "../../../clock";
import { until } from "../../../until";
import { canary, sampleOutputs } from "../sql/sample-outputs";
import { FakeSnowflake, type Scenario } from "./fake-snow/account";

describe("runSnow", () => {
  let account: FakeSnowflake;

  beforeEach(async () => {
    account = await FakeSnowflake.create();
  });
  afterEach(async () => {
    const pid = await account.hanging();
    // One that its test has left running would keep this process running too.
    if (pid !== undefined && thisHost.runs(pid)) process.kill(pid, "SIGKILL");
    await account.remove();
  });

  const run = (sql: string, options: SnowOptions = {}) =>
    runSnow(sql, { environment: account.environment, ...options });

  async function failure(scenario: Scenario, options: SnowOptions = {}): Promise<string> {
    await account.set(scenario);
    const error = await run("SELECT 1;", options).then(
      () => assert.fail("it did not fail"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SnowError);
    return error.message;
  }

  /** Process id of the CLI, once it hangs. */
  async function hanging(): Promise<number> {
    await until(async () => (await account.hanging()) !== undefined, "the Snowflake CLI hangs");
    return (await account.hanging()) ?? assert.fail();
  }

  it("gives answers that can be read, from a private file that is gone afterwards", async () => {
    const outputs = sampleOutputs({ mode: "sns", errors: true, streams: 2 });
    const answers = parseAnswers(await run(snowflakeSql(outputs, "setup")));
    assert.equal(answers.storageIntegration?.STORAGE_AWS_EXTERNAL_ID, "external-id");
    assert.equal(answers.storageIntegration?.STORAGE_AWS_IAM_USER_ARN, FakeSnowflake.iamUserArn);
    assert.equal(answers.errorIntegration?.SF_AWS_IAM_USER_ARN, FakeSnowflake.iamUserArn);
    assert.deepEqual(answers.snsTopicArns, [outputs.notificationTopicArn]);
    const { pipes } = parseAnswers(await run(snowflakeSql(outputs, "load")));
    assert.deepEqual(
      pipes.map(({ name }) => name),
      ["LOGS_PIPE_0", "LOGS_PIPE_1"],
    );
    for (const { args, mode, file } of await account.calls()) {
      assert.deepEqual(args, ["sql", "-f", file, "--format", "json", "--silent"]);
      assert.equal(mode, 0o600);
      assert.ok(!fs.existsSync(file));
    }
  });

  it("writes answers of any length into a file that is open for them", async () => {
    const file = path.join(os.tmpdir(), `answers-${process.pid}`);
    const answers = fs.openSync(file, "wx", 0o600);
    try {
      const sql = snowflakeSql(sampleOutputs(), "setup");
      assert.equal(await run(sql, { answers }), "");
      assert.equal(fs.readFileSync(file, "utf8"), await run(sql));
    } finally {
      fs.closeSync(answers);
      fs.rmSync(file);
    }
  });

  it("names the connection, whatever it is called, and never puts SQL on the command line", async () => {
    await account.set({ connections: ["--debug"] });
    await run(`SELECT '${canary}';`, { connection: "--debug" });
    const [call] = await account.calls();
    assert.equal(call?.args.at(-1), "--connection=--debug");
    assert.ok(!call?.args.join().includes(canary));
  });

  it("gives the CLI UTF-8 and none of the secrets of this process", async () => {
    const secrets = [
      "PULUMI_CONFIG_PASSPHRASE",
      "BRAINTRUST_API_KEY",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
    ];
    const before = { ...process.env };
    for (const name of secrets) process.env[name] = canary;
    try {
      await run("SELECT 1;");
    } finally {
      for (const name of secrets) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
    const [call] = await account.calls();
    assert.equal(call?.environment.PYTHONUTF8, "1");
    assert.equal(call?.environment.HOME, process.env.HOME);
    assert.ok(!JSON.stringify(call?.environment).includes(canary));
  });

  it("says what went wrong without the frame around it", async () => {
    const message = "001003 (42000): 01b5: SQL compilation error:\nsyntax error line 1 at position 0.";
    assert.equal(
      await failure({ failure: { pattern: "SELECT", message } }),
      "the Snowflake CLI failed, exit code 1:\n  001003 (42000): 01b5: SQL compilation error:\n  syntax error line 1 at position 0.",
    );
    assert.match(
      await failure({}, { connection: "prod" }),
      /exit code 1:\n {2}Connection prod is not configured$/,
    );
    assert.deepEqual(
      (await account.calls()).filter(({ file }) => fs.existsSync(file)),
      [],
    );
  });

  it("shows no secret, even one that the frame has folded", async () => {
    const message = `unexpected '${"x".repeat(50)}${canary}'`;
    const shown = await failure({ failure: { pattern: "SELECT", message } }, { secrets: [canary] });
    assert.match(shown, /x\[secret\]'$/);
    assert.ok(!shown.includes(canary.slice(0, 8)));
  });

  describe("with a limit", () => {
    stopClock();

    it("stops one that takes too long", async () => {
      const failed = failure({ hang: true }, { timeoutMs: 1000 });
      const pid = await hanging();
      await elapse(1000);
      assert.equal(await failed, "the Snowflake CLI was stopped after 1 s");
      assert.ok(!thisHost.runs(pid));
    });

    it("kills one that does not stop in three seconds", async () => {
      const failed = failure({ hang: "stubborn" }, { timeoutMs: 1000 });
      const pid = await hanging();
      await elapse(1000 + 2990);
      assert.ok(thisHost.runs(pid));
      await elapse(10);
      assert.equal(await failed, "the Snowflake CLI was stopped after 1 s");
      assert.ok(!thisHost.runs(pid));
    });
  });

  it("ends with the work it is part of", async () => {
    const controller = new AbortController();
    const failed = failure({ hang: true }, { signal: controller.signal });
    const pid = await hanging();
    controller.abort();
    assert.equal(await failed, "the Snowflake CLI was cancelled");
    assert.ok(!thisHost.runs(pid));
    assert.match(await failure({}, { signal: controller.signal }), /^cancelled before/);
  });

  it("says how to continue where there is none", async () => {
    await assert.rejects(
      run("SELECT 1;", { environment: { PATH: "/nowhere" } }),
      (error: Error) =>
        error instanceof PipelineError && /snow, is not on PATH.*`sql --part setup`/.test(error.message),
    );
  });
});

describe("lastLines", () => {
  it("keeps the end of a long text, and nothing of an empty one", () => {
    const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    const shown = lastLines(lines.join("\r\n"), []);
    assert.match(shown, /^:\n {2}line 88\n/);
    assert.match(shown, /line 99$/);
    assert.equal(lastLines("\n\n", []), "");
  });

  it("takes time in proportion to the text", () => {
    const start = process.cpuUsage();
    for (const text of [" ".repeat(2_000_000), `${" ".repeat(2_000_000)}x`, "| ".repeat(1_000_000)]) {
      lastLines(`${text}\n${text}x`, [canary]);
    }
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 15_000_000, `${(user + system) / 1e6} s`);
  });
});
