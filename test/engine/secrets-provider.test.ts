import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parse } from "yaml";
import { FakeKms } from "./fake-kms";
import { filledIn, TestProject } from "./harness";

const KEY = "awskms://alias/pulumi-secrets?region=eu-central-1";

for (const [passphrase, title] of [
  [undefined, "without a passphrase"],
  ["another secret", "with a passphrase in the environment as well"],
] as const) {
  describe(`a stack whose file names a key for its secrets, ${title}`, () => {
    const kms = new FakeKms();
    let project: TestProject;
    let environment: NodeJS.ProcessEnv;
    const file = async () => parse(await fs.readFile(path.join(project.dir, "Pulumi.dev.yaml"), "utf8"));

    before(async () => {
      environment = {
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        AWS_ENDPOINT_URL_KMS: await kms.start(),
        AWS_ACCESS_KEY_ID: "AKIATEST",
        AWS_SECRET_ACCESS_KEY: "test",
      };
      project = await TestProject.create("dev", { ...filledIn, snowflake: { access: "user" } });
      await fs.appendFile(path.join(project.dir, "Pulumi.dev.yaml"), `secretsprovider: ${KEY}\n`);
    });
    after(async () => {
      kms.stop();
      await project.remove();
    });

    it("is created with that key, and its file keeps it", async () => {
      const { code, stderr } = await project.run(["up", "--create", "--yes"], environment);
      assert.equal(code, 0, stderr);
      const { secretsprovider, encryptedkey, encryptionsalt } = await file();
      assert.deepEqual([secretsprovider, encryptionsalt], [KEY, undefined]);
      assert.ok(encryptedkey);
      assert.ok(kms.asked.includes("Encrypt alias/pulumi-secrets"), kms.asked.join());
    });

    it("has its state encrypted with it", async () => {
      const state = path.join(project.dir, "state/.pulumi/stacks/braintrust-snowflake/dev.json");
      const { checkpoint } = JSON.parse(await fs.readFile(state, "utf8"));
      const { type, state: provider } = checkpoint.latest.secrets_providers;
      assert.deepEqual([type, provider.url], ["cloud", KEY]);
    });

    it("is updated and read with it", async () => {
      await project.set({ protect: false, monitoring: { alertEmails: ["oncall@example.com"] } });
      for (const args of [
        ["up", "--yes"],
        ["outputs", "--show-secrets", "--json"],
      ]) {
        const { code, stdout, stderr } = await project.run(args, environment);
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stdout, /\[secret\]/);
      }
      assert.equal((await file()).secretsprovider, KEY);
    });

    it("keeps its state from other users", async () => {
      const state = path.join(project.dir, "state");
      const names = await fs.readdir(state, { recursive: true, withFileTypes: true });
      const files = names.filter((entry) => entry.isFile());
      assert.ok(files.length > 0);
      const modes = await Promise.all(
        files.map(async (entry) => (await fs.stat(path.join(entry.parentPath, entry.name))).mode & 0o077),
      );
      assert.deepEqual([...new Set(modes)], [0]);
      assert.equal((await fs.stat(state)).mode & 0o777, 0o700);
    });
  });
}
