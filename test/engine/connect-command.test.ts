import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { FakeSnowflake, purposeOf } from "../automation/snowflake/handshake/fake-snow/account";
import { readStatements } from "../automation/snowflake/sql/snowflake-text";
import { setupAnswers } from "../snowflake-answers";
import { filledIn, TestProject } from "./harness";
import type { Ended } from "./processes";

describe("connect --run, for a stack whose Snowflake is a user", () => {
  let project: TestProject;
  let snowflake: FakeSnowflake;
  const said: string[] = [];

  before(async () => {
    snowflake = await FakeSnowflake.create({ connections: ["admin"] });
    project = await TestProject.create("dev", {
      braintrust: filledIn.braintrust,
      snowflake: { access: "user", errorNotifications: { enabled: true } },
      streams: [{ name: "logs" }, { name: "spans" }],
    });
    assert.equal((await run("up", "--create", "--yes")).code, 0);
  });
  after(async () => {
    await project.remove();
    await snowflake.remove();
  });

  async function run(...args: string[]): Promise<Ended> {
    const ended = await project.run(args, snowflake.environment);
    said.push(ended.stdout, ended.stderr);
    return ended;
  }

  it("does nothing without a yes, and says why a connection does not work", async () => {
    const unasked = await run("connect", "--run");
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /--yes/);
    assert.deepEqual(await snowflake.calls(), []);
    const unknown = await run("connect", "--run", "--yes");
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stderr,
      /snowflake CLI failed, exit code 1:\n {2}Connection default is not configured/i,
    );
    assert.equal(unknown.stdout, "");
  });

  it("goes from up to loaded in one command", async () => {
    const { code, stdout, stderr } = await run("connect", "--run", "--connection", "admin", "--yes");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'stack "dev": phase connected\n');
    assert.match(stderr, /next: npm run pipeline -- verify --stack dev --cwd \S+\n$/);
    const [, ...calls] = await snowflake.calls();
    assert.deepEqual(
      calls.map(({ sql }) => purposeOf(sql)),
      ["look", "setup", "load", "load"],
    );
    const { queues } = project.world.named("pipeline-events-notification").inputs;
    assert.deepEqual(
      (queues as { queueArn: string }[]).map(({ queueArn }) => queueArn),
      [FakeSnowflake.queueArn, FakeSnowflake.queueArn],
    );
    assert.match(
      JSON.stringify(await project.stackFile()),
      /"errorNotifications":\{[^}]*TEST_SFCRole=3_err=/,
    );
    await project.assertSettled();
  });

  it("changes nothing when it is run again", async () => {
    const before = [await project.stackFile(), project.world.things()];
    const { code, stdout } = await run("connect", "--run", "--connection", "admin", "--yes");
    assert.deepEqual([code, stdout], [0, 'stack "dev": phase connected\n']);
    assert.deepEqual([await project.stackFile(), project.world.things()], before);
    assert.equal((await snowflake.calls()).length, 1 + 4 + 3);
  });

  it("prints the SQL without the key, and says where the key is", async () => {
    const { code, stdout, stderr } = await run("sql");
    assert.equal(code, 0, stderr);
    assert.ok(readStatements(stdout).length > 20);
    assert.match(stderr, /access_key_id is AKIA.*secret_access_key is in the secret arn:aws:secretsmanager:/);
  });

  it("gave the key to Snowflake, and showed it nowhere", async () => {
    const canary = secretOf(project);
    assert.match(canary, /^canary-/);
    const calls = await snowflake.calls();
    assert.ok(calls.some(({ sql }) => sql.includes(canary)));
    assert.ok(!JSON.stringify(calls.map(({ args }) => args)).includes(canary));
    assert.ok(!said.join("\n").includes(canary));
    for (const [file, text] of await project.texts()) assert.ok(!text.includes(canary), file);
    const revealed = await project.run(["sql", "--part", "setup", "--reveal-secrets"]);
    assert.ok(revealed.stdout.includes(canary) && !revealed.stderr.includes(canary));
  });
});

describe("sql and connect, by the command line", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", { braintrust: filledIn.braintrust });
  });
  after(() => project.remove());

  it("plans SQL that stays right: with the external id that `up` then keeps", async () => {
    const { code, stdout, stderr } = await project.run(["sql", "--planned", "--part", "setup"]);
    assert.equal(code, 0, stderr);
    const id = /STORAGE_AWS_EXTERNAL_ID = '(braintrust-dev-\w+)'/.exec(stdout)?.[1];
    assert.ok(id);
    assert.match(stderr, new RegExp(`wrote snowflake.externalId, ${id}`));
    assert.equal((await project.run(["up", "--create", "--yes"])).code, 0);
    const deployed = await project.run(["sql", "--part", "setup"]);
    assert.ok(deployed.stdout.includes(`STORAGE_AWS_EXTERNAL_ID = '${id}'`), deployed.stderr);
  });

  it("exits with 2 for bad usage and wrong answers, and changes nothing", async () => {
    const before = [await project.stackFile(), project.world.things()];
    const wrong = path.join(project.dir, "wrong.json");
    await fs.writeFile(wrong, '[{"property": "STORAGE_AWS_IAM_USER_ARN", "property_value": "arn"}]');
    const right = path.join(project.dir, "right.txt");
    const outputs = JSON.parse((await project.run(["outputs", "--json"])).stdout);
    await fs.writeFile(right, setupAnswers(outputs));
    for (const [args, reason] of [
      [["connect", "--file", wrong, "--yes"], /STORAGE_AWS_IAM_USER_ARN is "arn"[\s\S]*missing: ENABLED/],
      [["connect", "--file", right], /iamUserArn: arn:[\s\S]*pass --yes/],
      [["connect", "--yes"], /unrecognized input/],
      [["sql", "--reveal-secrets"], /access is role/],
    ] as const) {
      const { code, stdout, stderr } = await project.run(args);
      assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, reason);
    }
    assert.deepEqual([await project.stackFile(), project.world.things()], before);
    const taken = await project.run(["connect", "--file", right, "--yes"]);
    assert.deepEqual([taken.code, taken.stdout], [0, 'stack "dev": phase awaiting-channel\n']);
    assert.match(
      taken.stderr,
      /SHOW PIPES[^\n]*\nnext: npm run pipeline -- sql --stack dev --cwd \S+ --part load, run it/,
    );
  });
});

/** The secret half of the stack's access key. */
function secretOf({ world }: TestProject): string {
  const key = world.things().find(({ type }) => type === "aws:iam/accessKey:AccessKey");
  return String((key?.computed.secret as { value?: string } | undefined)?.value);
}
