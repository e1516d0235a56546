import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { destroy, preview, up } from "../../automation";
import { BoundaryGuard } from "./boundary-guard";
import { type Aws, inventory, type Overrides, type SandboxStack, useSandbox } from "./harness";

const BOUNDARY = "arn:aws:iam::000000000000:policy/WorkloadBoundary";
const REPLICAS = "acme-replicas";
/** Every identity that a stack can have: the user, and the roles of Braintrust, load errors, replication and trail. */
const settings = {
  accessLogs: { enabled: true },
  auditTrail: { enabled: true },
  snowflake: { access: "user", errorNotifications: { enabled: true } },
  replication: { bucketArn: `arn:aws:s3:::${REPLICAS}` },
};

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
  let guard: BoundaryGuard;
  let iamEndpoint: string;

  before(async () => {
    stack = await sandbox.stack("dev", settings);
    aws = stack.clients();
    guard = new BoundaryGuard(BOUNDARY, process.env.AWS_ENDPOINT_URL ?? assert.fail());
    iamEndpoint = await guard.start();
    await aws.s3.createBucket({ Bucket: REPLICAS });
    await aws.s3.putBucketVersioning({ Bucket: REPLICAS, VersioningConfiguration: { Status: "Enabled" } });
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
    guard?.stop();
    process.env.AWS_ACCESS_KEY_ID = caller.key;
    process.env.AWS_SECRET_ACCESS_KEY = caller.secret;
  });

  /** The provider's IAM is the guarded one. */
  const configure = async (more: Overrides) => {
    await stack.configure({ ...settings, ...more });
    const file = path.join(stack.target.workDir, `Pulumi.${stack.target.stack}.yaml`);
    const { config } = parse(await fs.readFile(file, "utf8"));
    config["aws:endpoints"] = JSON.stringify([{ iam: iamEndpoint }]);
    await fs.writeFile(file, stringify({ config }));
  };

  it("refuses a stack with the defaults", async () => {
    await assert.rejects(up(stack.options), /PublicAccessBlock/);
    // The emulator cannot move the users and groups that there are by now to a path.
    await destroy(stack.target);
  });

  it("refuses identities without the boundary, and with another", async () => {
    for (const iam of [{}, { permissionsBoundaryArn: BOUNDARY.replace("Workload", "Another") }]) {
      await configure({ iam, publicAccessBlock: "account" });
      await assert.rejects(up(stack.options), /iam:Create(Role|User)/);
      await destroy(stack.target);
    }
    assert.ok(guard.judged.length > 0 && guard.judged.every((each) => each.endsWith(" denied")));
  });

  it("takes a stack with the boundary that leaves public access to the account", async () => {
    guard.judged.length = 0;
    await configure({
      iam: { permissionsBoundaryArn: BOUNDARY, path: "/workloads/" },
      publicAccessBlock: "account",
    });
    await up(stack.options);
    const identities = ["CreateRole", "CreateRole", "CreateRole", "CreateRole", "CreateUser"];
    assert.deepEqual(
      guard.judged.sort(),
      identities.map((action) => `${action} allowed`),
    );
    const { User } = await aws.iam.getUser({ UserName: "SnowflakeS3User-dev" });
    const { Role } = await aws.iam.getRole({ RoleName: "BraintrustReplicationRole-dev" });
    for (const identity of [User, Role]) {
      assert.equal(identity?.PermissionsBoundary?.PermissionsBoundaryArn, BOUNDARY);
      assert.equal(identity?.Path, "/workloads/");
    }
    const { ReplicationConfiguration } = await aws.s3.getBucketReplication({
      Bucket: "braintrust-exports-dev-000000000000-us-east-1",
    });
    assert.equal(ReplicationConfiguration?.Role, Role?.Arn);
    assert.equal(ReplicationConfiguration?.Rules?.[0]?.Destination?.Bucket, `arn:aws:s3:::${REPLICAS}`);
    // A preview with a trail is never empty: the emulator does not say where it sends its events.
    const changed = await preview({ ...stack.options, refresh: true });
    assert.deepEqual(
      changed.map(({ type }) => type).filter((type) => !/cloudtrail/i.test(type)),
      [],
    );
  });

  it("is left as it was", async () => {
    await destroy(stack.target);
    assert.deepEqual(await inventory(aws), untouched);
  });
});
