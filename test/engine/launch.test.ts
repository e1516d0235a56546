import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { stepTitles } from "../../automation/launch/launch";
import { apiKey, type FakeBraintrust, startBraintrust } from "../automation/braintrust/server";
import { FakeSnowflake } from "../automation/snowflake/handshake/fake-snow/account";
import { ofThisTurn } from "../turn";
import { FakeAwsEndpoint } from "./fake-aws-endpoint";
import { TestProject } from "./harness";

const TOKEN = "bt-st-canary-service-token";
const ACCOUNT = "210987654321";

describe("launch, from settings alone", () => {
  let project: TestProject;
  let braintrust: FakeBraintrust;
  let snowflake: FakeSnowflake;
  let aws: FakeAwsEndpoint;
  const chat = { id: randomUUID(), org_id: randomUUID(), name: "chat" };

  beforeEach(async () => {
    project = await TestProject.create("dev", { braintrust: undefined, snowflake: undefined });
    braintrust = await startBraintrust();
    braintrust.projects.push(chat);
    braintrust.organizations.push({ id: chat.org_id, name: "Acme" });
    snowflake = await FakeSnowflake.create();
    // Braintrust exports once the schedule is registered.
    const exported = () =>
      braintrust.schedules.size === 0 ? [] : [{ key: "braintrust-exports/logs/1.jsonl.gz", size: 200 }];
    aws = await FakeAwsEndpoint.start(() => project.world, exported);
  });
  afterEach(async () => {
    await project.remove();
    await braintrust.close();
    await snowflake.remove();
    aws.stop();
  });

  const start = (...args: string[]) =>
    project.start(["launch", "--project", "chat", "--api-url", braintrust.baseUrl, "--yes", ...args], {
      ...snowflake.environment,
      ...aws.environment,
      BRAINTRUST_API_KEY: apiKey,
      BRAINTRUST_SERVICE_TOKEN: TOKEN,
    });
  const launched = (...args: string[]) => start("--account-id", ACCOUNT, ...args).ended;

  /** One of everything, and nothing left half done. */
  async function assertOne(): Promise<void> {
    await project.assertSettled();
    const names = project.world.things().map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual([...new Set(names)], names);
    assert.equal(project.world.things().filter(({ type }) => type === "aws:s3/bucket:Bucket").length, 1);
    assert.equal(braintrust.automations.length, 1);
    assert.deepEqual([...braintrust.schedules.keys()], [braintrust.automations[0]?.id]);
    const { config } = await project.stackFile();
    assert.deepEqual(config["braintrust-snowflake:braintrust"], {
      accountId: ACCOUNT,
      orgId: chat.org_id,
      projectIds: [chat.id],
    });
  }

  it("ends with a row, and again changes nothing", async () => {
    const { code, stdout, stderr } = await launched("--json");
    assert.equal(code, 0, stderr);
    const { outcome, steps } = JSON.parse(stdout);
    assert.equal(outcome, "done");
    assert.deepEqual(
      steps.map(({ id }: { id: string }) => id),
      Object.keys(stepTitles),
    );
    assert.match(steps.at(-2).proof, /braintrust-exports\/logs\/1\.jsonl\.gz/);
    assert.match(steps.at(-1).proof, /^1 in .*, last event received 2026/);
    await assertOne();
    const calls = project.world.calls().filter(({ operation }) => operation === "create").length;
    const again = await launched();
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /stack "dev" has its first row/);
    assert.equal(project.world.calls().filter(({ operation }) => operation === "create").length, calls);
    await assertOne();
    const said = [stdout, stderr, again.stdout, again.stderr, ...(await project.texts()).values()];
    const told = (await snowflake.calls()).flatMap(({ args, environment }) => [
      ...args,
      JSON.stringify(environment),
    ]);
    for (const secret of [apiKey, TOKEN])
      assert.ok(![...said, ...told].some((text) => text.includes(secret)));
  });

  it("shows the plan and changes nothing with --dry-run", async () => {
    // The engine marks a backend that it opens.
    const texts = async () => [...(await project.texts())].filter(([file]) => !file.includes("meta.yaml"));
    const before = await texts();
    const { code, stdout, stderr } = await launched("--dry-run");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\+ braintrust\.orgId: /);
    assert.match(stderr, /a new stack with about \d+ resources/);
    assert.match(stdout, /nothing was changed/);
    assert.deepEqual(await texts(), before);
    assert.deepEqual([project.world.things(), braintrust.automations], [[], []]);
  });

  it("says what a person is to do where Braintrust's account is not known, and resumes with it", async () => {
    const { code, stderr } = await start().ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /--account-id: open Braintrust's project settings/);
    assert.deepEqual(project.world.things(), []);
    assert.equal((await launched()).code, 0);
    await assertOne();
  });

  for (const title of ofThisTurn(Object.values(stepTitles), 3)) {
    it(`killed at "${title}", resumes there`, async () => {
      const { child, ended } = start("--account-id", ACCOUNT);
      const { pid = 0 } = child;
      let said = "";
      child.stderr?.on("data", (text) => {
        said += text;
        if (said.includes(`launch: ${title}`)) process.kill(-pid, "SIGKILL");
      });
      assert.equal((await ended).code, null, said);
      const { code, stderr } = await launched();
      assert.equal(code, 0, stderr);
      await assertOne();
    });
  }
});
