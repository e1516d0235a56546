import assert from "node:assert/strict";
import * as path from "node:path";
import { type ProgressEvent, preview, up } from "../../automation";
import { FakeAwsEndpoint } from "./fake-aws-endpoint";
import { filledIn, TestProject } from "./harness";

describe("a prod stack with a user for Snowflake", () => {
  let project: TestProject;
  let said: string;

  before(async () => {
    project = await TestProject.create("prod", {
      ...filledIn,
      snowflake: { ...filledIn.snowflake, access: "user", errorNotifications: { enabled: true } },
      events: { mode: "sns" },
      objectLock: { mode: "GOVERNANCE", days: 1 },
      protect: false,
    });
    const { code, stdout, stderr } = await project.run(["up", "--create", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^stack "prod": \d+ create; phase \S+\n$/);
    said = stdout + stderr;
  });
  after(() => project.remove());

  it("shows the outputs of the contract, its secret masked", async () => {
    const { code, stdout, stderr } = await project.run(["outputs", "--json"]);
    assert.equal(code, 0, stderr);
    said += stdout + stderr;
    const shown = JSON.parse(stdout);
    assert.deepEqual(Object.keys(shown).sort(), [
      "alertsTopicArn",
      "auditTrailArn",
      "braintrustExternalId",
      "braintrustRoleArn",
      "bucketArn",
      "bucketName",
      "bucketRegion",
      "dashboardUrl",
      "deadLetterQueueArn",
      "errorQueueUrl",
      "errorRoleArn",
      "errorTopicArn",
      "eventsMode",
      "exportPrefix",
      "exportUrl",
      "kmsKeyArn",
      "nextStep",
      "notificationQueueArn",
      "notificationQueueUrl",
      "notificationTopicArn",
      "phase",
      "snowflake",
      "snowflakeAccessKeyId",
      "snowflakeSecretAccessKey",
      "snowflakeSecretArn",
      "snowflakeSubscriberArn",
      "stack",
      "streams",
    ]);
    assert.equal(shown.snowflakeSecretAccessKey, "[secret]");
    assert.equal(shown.bucketName, "braintrust-exports-prod-123456789012-us-east-1");
  });

  it("shows the secret where it is asked for", async () => {
    const { stdout } = await project.run(["outputs", "--json", "--show-secrets"]);
    assert.equal(JSON.parse(stdout).snowflakeSecretAccessKey, secretOf(project));
  });

  it("has nothing to change after that", async () => {
    const onProgress = (event: ProgressEvent) => {
      said += JSON.stringify(event);
    };
    assert.deepEqual(await preview({ ...project.options, onProgress, refresh: true }), []);
    await project.assertSettled();
  });

  it("keeps the secret out of everything it says and writes", async () => {
    const secret = secretOf(project);
    const plain = await project.run(["outputs"]);
    assert.match(plain.stdout, /^snowflakeSecretAccessKey +\[secret\]$/m);
    assert.ok(!`${said}${plain.stdout}${plain.stderr}`.includes(secret));
    const texts = await project.texts();
    assert.ok([...texts.keys()].some((file) => file.endsWith("prod.json")));
    assert.deepEqual(
      [...texts].filter(([, text]) => text.includes(secret)).map(([file]) => file),
      [],
    );
  });

  it("takes no key away unless that is allowed", async () => {
    await project.set({ encryption: "s3" });
    const before = project.world.things();
    const refused = await project.run(["up", "--yes"]);
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, "");
    assert.match(
      refused.stderr,
      /would delete or replace stateful resources:\n.*delete kms\.Key pipeline-key: loses /,
    );
    assert.match(refused.stderr, /--allow-loss/);
    assert.deepEqual(project.world.things(), before);

    const { outputs } = await up({ ...project.options, allowLoss: true });
    assert.equal(outputs.kmsKeyArn, undefined);
    assert.deepEqual(
      project.world.things().filter(({ type }) => type.startsWith("aws:kms")),
      [],
    );
    await project.assertSettled();
  });
});

for (const operation of ["create", "update"] as const) {
  describe(`a secret setting of an update whose provider is killed at a role's ${operation}`, () => {
    const SECRET = "canary_id=of-a-setting";
    const READER_ROLE = "pipeline-snowflake";
    let project: TestProject;
    let endpoint: FakeAwsEndpoint;
    let said = "";
    const run = async (...args: string[]) => {
      const ended = await project.run(args, endpoint.environment);
      said += ended.stdout + ended.stderr;
      return ended;
    };

    before(async () => {
      project = await TestProject.create("dev", filledIn);
      endpoint = await FakeAwsEndpoint.start(() => project.world);
      if (operation === "update") await up({ ...project.options, create: true });
      else await project.pulumi("stack", "init", "dev");
      const setting = "braintrust-snowflake:snowflake.externalId";
      await project.pulumi("config", "set", "--secret", "--path", setting, SECRET);
    });
    after(async () => {
      endpoint.stop();
      await project.remove();
    });

    it("is nowhere in plain, neither in what is said nor in what is kept", async () => {
      project.world.setFaults({ operation, name: READER_ROLE, late: true, dies: true });
      const { code, stderr } = await run("up", "--yes");
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^unknown, since no answer came: .*iam\.Role pipeline-snowflake/m);
      await project.revive();
      project.world.setFaults();
      assert.match(JSON.stringify(project.world.named(READER_ROLE).inputs), new RegExp(SECRET));
      await run("recover", "--json");
      const kept = await keptIn("unfinished");
      assert.ok(kept.some((text) => text.includes(`::${READER_ROLE}"`)));
      assert.ok(!kept.some((text) => text.includes("[secret]")), "no engine could decrypt that");
      await holdNoSecret();
    });

    it("is there after the next update, and in plain nowhere else", async () => {
      const { code, stderr } = await run("up", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(JSON.stringify(project.world.named(READER_ROLE).inputs), new RegExp(SECRET));
      await project.assertSettled();
      assert.deepEqual(await preview({ ...project.options, refresh: true }), []);
      await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
      await run("up", "--yes");
      assert.ok((await keptIn(".pulumi/backups")).some((text) => text.includes("ciphertext")));
      await holdNoSecret();
    });

    async function keptIn(folder: string): Promise<string[]> {
      const place = path.join(project.dir, "state", folder);
      return [...(await project.texts())].flatMap(([file, text]) => (file.startsWith(place) ? [text] : []));
    }

    async function holdNoSecret(): Promise<void> {
      assert.ok(!said.includes(SECRET), said);
      const texts = [...(await project.texts())];
      assert.deepEqual(
        texts.filter(([, text]) => text.includes(SECRET)).map(([file]) => file),
        [],
      );
    }
  });
}

function secretOf({ world }: TestProject): string {
  const { value } = world.named("pipeline-snowflake-user-key-first").computed.secret as { value: string };
  assert.match(value, /^canary-/);
  return value;
}
