import assert from "node:assert/strict";
import { destroy, preview, up } from "../../automation";
import { type Aws, inventory, type Overrides, type SandboxStack, useSandbox } from "./harness";

const BOUNDARY = "arn:aws:iam::000000000000:policy/WorkloadBoundary";
const settings = { accessLogs: { enabled: true }, snowflake: { access: "user" } };

/** What an organization's policy refuses to whoever deploys. */
const refusal = {
  Effect: "Deny",
  Action: ["s3:PutBucketPublicAccessBlock", "s3:DeleteBucketPublicAccessBlock"],
  Resource: "*",
};

describe("an organization that demands a boundary and blocks public access itself", () => {
  const sandbox = useSandbox({ independent: true });
  const caller = { key: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY };
  let stack: SandboxStack;
  let aws: Aws;
  let untouched: string[];

  before(async () => {
    stack = await sandbox.stack("dev", settings);
    aws = stack.clients();
    const document = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    const everything = { Effect: "Allow", Action: "*", Resource: "*" };
    await aws.iam.createPolicy({ PolicyName: "WorkloadBoundary", PolicyDocument: document([everything]) });
    await aws.iam.createUser({ UserName: "deployer" });
    await aws.iam.putUserPolicy({
      UserName: "deployer",
      PolicyName: "deploy",
      PolicyDocument: document([everything, refusal]),
    });
    const { AccessKey } = await aws.iam.createAccessKey({ UserName: "deployer" });
    untouched = await inventory(aws);
    process.env.AWS_ACCESS_KEY_ID = AccessKey?.AccessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = AccessKey?.SecretAccessKey;
  });
  after(() => {
    process.env.AWS_ACCESS_KEY_ID = caller.key;
    process.env.AWS_SECRET_ACCESS_KEY = caller.secret;
  });

  const configure = (more: Overrides) => stack.configure({ ...settings, ...more });

  it("refuses a stack with the defaults", async () => {
    await assert.rejects(up(stack.options), /PublicAccessBlock/);
    // The emulator cannot move the users and groups that there are by now to a path.
    await destroy(stack.target);
  });

  it("takes one with the boundary that leaves public access to the account", async () => {
    await configure({
      iam: { permissionsBoundaryArn: BOUNDARY, path: "/workloads/" },
      publicAccessBlock: "account",
    });
    await up(stack.options);
    assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
    // The emulator does not judge by iam:PermissionsBoundary, so what is attached is looked at.
    const { User } = await aws.iam.getUser({ UserName: "SnowflakeS3User-dev" });
    const { Role } = await aws.iam.getRole({ RoleName: "BraintrustExportRole-dev" });
    for (const identity of [User, Role]) {
      assert.equal(identity?.PermissionsBoundary?.PermissionsBoundaryArn, BOUNDARY);
      assert.equal(identity?.Path, "/workloads/");
    }
  });

  it("is left as it was", async () => {
    await destroy(stack.target);
    assert.deepEqual(await inventory(aws), untouched);
  });
});
