import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { preview, up } from "../../automation";
import { PROJECT } from "../../components/settings/settings";
import { FakeKms } from "./fake-kms";
import { TestProject } from "./harness";
import { needNodeHost } from "./node-host";

const KEY = "awskms://alias/acme-state?region=eu-central-1";
const QUALIFIED = `organization/${PROJECT}/dev`;
const EXTERNAL_ID = "acme-external-id-8d1f";

/** By `pulumi config set`: a value of each type, one that looks like another, a list's item and a secret. */
const settings: readonly (readonly string[])[] = [
  ["monitoring.storageGb", "750", "--type", "int"],
  ["monitoring.exportEveryHours", "1.5", "--type", "float"],
  ["monitoring.dashboard", "true", "--type", "bool"],
  ["monitoring.compositeAlarm", "true"],
  ["monitoring.alertEmails[0]", "oncall@acme.example"],
  ["streams[0].name", "chat"],
  ["streams[1].name", "spans"],
  ["braintrust.accountId", "012345678901", "--type", "string"],
  ["braintrust.orgId", "acme"],
  ["snowflake.iamUserArn", "arn:aws:iam::444455556666:user/acme"],
  ["snowflake.externalId", EXTERNAL_ID, "--secret"],
];

describe("a stack of pulumi itself", () => {
  const kms = new FakeKms();
  let project: TestProject;

  const pulumi = async (...args: string[]) => (await project.pulumi(...args, "--stack", QUALIFIED)).stdout;
  const assertNothingToChange = async () => {
    await pulumi("preview", "--expect-no-changes");
    assert.deepEqual(await preview(project.options), []);
  };

  before(async function () {
    await needNodeHost(this);
    project = await TestProject.create("dev");
    await project.configure({ "aws:region": "us-east-1" });
    await project.linkProgram();
    project.variables = {
      AWS_ENDPOINT_URL_KMS: await kms.start(),
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "test",
    };
  });
  after(async () => {
    kms.stop();
    await project?.remove();
  });

  it("is created by its name in organization and project, with a key for its secrets", async () => {
    await project.pulumi("stack", "init", QUALIFIED, "--secrets-provider", KEY);
    assert.ok(kms.asked.includes("Encrypt alias/acme-state"), kms.asked.join());
  });

  it("takes values of each type, items of lists and secrets from `pulumi config set`", async () => {
    for (const [key = "", ...value] of settings) {
      await pulumi("config", "set", "--path", `${PROJECT}:${key}`, ...value);
    }
    await pulumi("up", "--yes", "--skip-preview");
    await project.assertSettled();
    const outputs = JSON.parse(await pulumi("stack", "output", "--json"));
    assert.deepEqual(
      outputs.streams.map(({ name }: { name: string }) => name),
      ["chat", "spans"],
    );
    const made = JSON.stringify(project.world.things().map(({ inputs }) => inputs));
    for (const given of ["012345678901", "bt:acme:*", "oncall@acme.example", "for 1.5 h", EXTERNAL_ID]) {
      assert.ok(made.includes(given), given);
    }
  });

  it("has the outputs of the command line, the secret hidden", async () => {
    const shown = JSON.parse(await pulumi("stack", "output", "--json"));
    assert.equal(shown.snowflakeExternalId, "[secret]");
    assert.deepEqual(JSON.parse((await project.run(["outputs", "--json"])).stdout), shown);
    const secret = await pulumi("stack", "output", "snowflakeExternalId", "--show-secrets");
    assert.equal(secret.trim(), EXTERNAL_ID);
  });

  it("has nothing to change for either tool, and nothing to refresh", async () => {
    await assertNothingToChange();
    await pulumi("refresh", "--yes", "--expect-no-changes");
  });

  it("has nothing to change for pulumi after an update of the command line, nor the other way", async () => {
    await pulumi("config", "set", "--path", `${PROJECT}:monitoring.storageGb`, "800", "--type", "int");
    assert.deepEqual(
      (await up(project.options)).changes.map(({ operation }) => operation),
      ["update"],
    );
    await assertNothingToChange();
  });

  it("is destroyed by pulumi, and leaves nothing", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual(project.world.things(), []);
  });

  it("is refused in a project of another name, as `pulumi new` may give it", async () => {
    const description = path.join(project.dir, "Pulumi.yaml");
    const text = await fs.readFile(description, "utf8");
    await fs.writeFile(description, text.replace(`name: ${PROJECT}\n`, "name: acme-exports\n"));
    await project.pulumi("stack", "init", "test");
    const { code, stdout } = await project.startPulumi("preview", "--stack", "test").ended;
    assert.notEqual(code, 0);
    assert.match(stdout, /Invalid Pulumi.yaml:\n *name = "acme-exports": must be braintrust-snowflake/);
    assert.doesNotMatch(stdout, /\n +at /);
  });
});
