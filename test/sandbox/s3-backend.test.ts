import assert from "node:assert/strict";
import { Deployment, type DeploymentOptions, preview, up } from "../../automation";
import { clientSettings } from "../../automation/aws/client-settings";
import { findRestoration, restore } from "../../automation/deploy/recovery/restore";
import { exportState } from "../../automation/engine/state/exported-state";
import { type SandboxStack, useSandbox } from "./harness";

const Bucket = "acme-pulumi-state";

describe("a stack whose state is in S3", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let options: DeploymentOptions;

  before(async () => {
    stack = await sandbox.stack("dev");
    await stack.clients().s3.createBucket({ Bucket });
    const { endpoint } = clientSettings(stack.file, "s3");
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
});
