import assert from "node:assert/strict";
import { Deployment, type DeploymentOptions, preview, UsageError, up } from "../../automation";
import { findRestoration, restore } from "../../automation/deploy/recovery/restore";
import { findEngine } from "../../automation/engine/cli/pulumi-cli";
import { exportState } from "../../automation/engine/state/exported-state";
import { LoggedCli } from "../engine/logged-cli";
import { type SandboxStack, useSandbox } from "./harness";

const Bucket = "acme-pulumi-state";

describe("a stack whose state is in S3", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let options: DeploymentOptions;

  before(async () => {
    stack = await sandbox.stack("dev");
    await stack.clients().s3.createBucket({ Bucket });
    const endpoint = process.env.AWS_ENDPOINT_URL ?? assert.fail();
    const query = `region=us-east-1&endpoint=${endpoint}&use_path_style=true`;
    options = { ...stack.options, environment: { PULUMI_BACKEND_URL: `s3://${Bucket}/team?${query}` } };
    await up(options);
  });

  it("has the engine's copies in the bucket as earlier states", async () => {
    await stack.configure({ snowflake: { errorNotifications: { enabled: true } } });
    await up(options);
    const { recovery } = await Deployment.open(options);
    const [present, first, ...others] = await recovery.checkpoints.list();
    assert.deepEqual(others, []);
    assert.ok((present?.resources ?? 0) > (first?.resources ?? 0), "nothing was added");
  });

  it("gets back the state before the last update", async () => {
    const { recovery } = await Deployment.open(options);
    const [, first] = await recovery.checkpoints.list();
    const restoration = await findRestoration(recovery, "latest");
    assert.deepEqual(restoration.checkpoint, first);
    await restore(recovery, restoration);
    const { deployment } = await exportState(recovery.open.stack);
    assert.equal(deployment.resources.length, first?.resources);
    await stack.configure({});
    assert.deepEqual(await preview(options), []);
  });

  it("is previewed by one call of the Pulumi CLI, which says where the bucket has no such stack, and one for the pre-flight checks", async () => {
    const { PATH } = process.env;
    const cli = await LoggedCli.create((await findEngine()).command);
    try {
      Object.assign(process.env, cli.environment);
      const existing = { ...options, create: false };
      assert.deepEqual(await preview(existing), []);
      assert.deepEqual(await cli.taken(), ["version", "stack export", "preview"]);
      assert.deepEqual(await preview({ ...existing, skipPreflight: true }), []);
      assert.deepEqual(await cli.taken(), ["preview"]);
      const { target } = await sandbox.stack("prod");
      await assert.rejects(preview({ ...existing, ...target }), (error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(
          error.message,
          /^no stack "prod" exists: the backend has .*dev; `npm run pipeline -- up --stack prod --create`/,
        );
        return true;
      });
    } finally {
      process.env.PATH = PATH;
      await cli.remove();
    }
  });
});
