import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { destroy, preview, status, up, verify } from "../../automation";
import type { ProgressListener } from "../../automation/terminal/progress";
import { refuseFailures } from "../../automation/verify/verify";
import { PROXY_VARIABLES, RecordingProxy } from "../automation/aws/recording-proxy";
import { type Aws, inventory, type SandboxStack, useSandbox } from "./harness";

/** Settings that bring in every service whose clients the command line has, but for CloudWatch: the sandbox has no alarms. */
const settings = {
  encryption: "kms",
  snowflake: { access: "user" },
  events: { mode: "sns" },
};
/** What such a stack calls. The Terraform AWS provider reads a bucket's tags from `s3control` since 6.23. */
const SERVICES = "s3 s3control sqs sns iam sts kms secretsmanager".split(" ");
const signal = new AbortController().signal;

/** Changes keys of the stack's file, whoseever they are. */
async function configure({ target }: SandboxStack, keys: Readonly<Record<string, unknown>>): Promise<void> {
  const file = path.join(target.workDir, `Pulumi.${target.stack}.yaml`);
  const content = parse(await fs.readFile(file, "utf8"));
  await fs.writeFile(file, stringify({ ...content, config: { ...content.config, ...keys } }));
}

/** Variables of this process for the tests of a suite. */
function useVariables(variables: () => NodeJS.ProcessEnv): void {
  const before = new Map<string, string | undefined>();
  beforeEach(() => {
    for (const [name, value] of Object.entries(variables())) {
      before.set(name, process.env[name]);
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

describe("an account that only a proxy reaches", () => {
  const sandbox = useSandbox();
  const DOMAIN = "aws.corp.example";
  let stack: SandboxStack;
  let proxy: RecordingProxy;
  let url: string;

  before(async () => {
    stack = await sandbox.stack("dev", settings);
    const { port } = new URL(process.env.AWS_ENDPOINT_URL ?? assert.fail());
    proxy = new RecordingProxy("", Number(port));
    url = await proxy.start();
    const named = SERVICES.map((service) => [service, `https://${service}.${DOMAIN}`]);
    await configure(stack, {
      "aws:endpoints": [Object.fromEntries(named)],
      // The emulator's certificate is for its own name alone.
      "aws:insecure": true,
    });
  });
  after(() => proxy?.stop());
  useVariables(() => ({
    ...Object.fromEntries(PROXY_VARIABLES.map((name) => [name, undefined])),
    HTTPS_PROXY: url,
    AWS_ENDPOINT_URL: `https://other.${DOMAIN}`,
  }));

  it("is deployed, verified and looked at through the proxy alone", async () => {
    await up(stack.options);
    const report = await verify({ ...stack.target, signal });
    refuseFailures(report, signal);
    assert.equal((await status({ ...stack.target, drift: false })).pending.verdict, "ok");
    assert.deepEqual(await preview(stack.options), []);
    await destroy(stack.target);
  });

  it("was asked for each service there, and never for loopback", () => {
    const hosts = new Set(proxy.requests.map((request) => request.replace(/^CONNECT (.*):443$/, "$1")));
    for (const service of ["s3", "sqs", "sns", "iam", "sts", "kms", "secretsmanager"]) {
      assert.ok(hosts.has(`${service}.${DOMAIN}`), service);
    }
    assert.deepEqual(
      [...hosts].filter((host) => !host.endsWith(`.${DOMAIN}`)),
      [],
    );
  });
});

describe("a caller who may do nothing but assume the deployer's role", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let aws: Aws;
  let keys: NodeJS.ProcessEnv;
  let untouched: string[];

  before(async () => {
    stack = await sandbox.stack("dev", settings);
    aws = stack.clients();
    const { iam } = aws;
    const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    const { Role } = await iam.createRole({
      RoleName: "deployer",
      AssumeRolePolicyDocument: policy({
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::000000000000:root" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "data-platform" } },
      }),
    });
    const everything = policy({ Effect: "Allow", Action: "*", Resource: "*" });
    await iam.putRolePolicy({ RoleName: "deployer", PolicyName: "all", PolicyDocument: everything });
    await iam.createUser({ UserName: "ci" });
    const assume = policy({ Effect: "Allow", Action: "sts:AssumeRole", Resource: Role?.Arn });
    await iam.putUserPolicy({ UserName: "ci", PolicyName: "assume", PolicyDocument: assume });
    const { AccessKey } = await iam.createAccessKey({ UserName: "ci" });
    keys = {
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey,
      AWS_SESSION_TOKEN: undefined,
    };
    untouched = await inventory(aws);
    await configure(stack, {
      "aws:assumeRoles": [{ roleArn: Role?.Arn, externalId: "data-platform", sessionName: "pipeline" }],
    });
  });
  useVariables(() => keys);

  it("deploys, verifies and looks at the stack as that role", async () => {
    const notes: string[] = [];
    const onProgress: ProgressListener = (event) => {
      if (event.kind === "note") notes.push(event.message);
    };
    await up({ ...stack.options, onProgress });
    assert.deepEqual(
      notes.filter((note) => /not checked|could not be seen/.test(note)),
      [],
    );
    const report = await verify({ ...stack.target, signal });
    assert.match(report.caller, /:assumed-role\/deployer\/pipeline$/);
    refuseFailures(report, signal);
    assert.equal((await status({ ...stack.target, drift: false })).pending.verdict, "ok");
    assert.deepEqual(await preview(stack.options), []);
  });

  it("is refused before anything is changed where the role cannot be assumed", async () => {
    await configure(stack, {
      "aws:assumeRoles": [{ roleArn: "arn:aws:iam::000000000000:role/deployer", externalId: "another" }],
    });
    await assert.rejects(up(stack.options), /the role cannot be assumed \(role .*:role\/deployer/);
  });

  it("verifies nothing as itself, and is not told that all is well", async () => {
    await configure(stack, { "aws:assumeRoles": [] });
    const report = await verify({ ...stack.target, signal });
    assert.match(report.caller, /:user\/ci$/);
    assert.throws(() => refuseFailures(report, signal));
  });

  it("destroys it as that role, and nothing is left", async () => {
    await configure(stack, {
      "aws:assumeRoles": JSON.stringify([
        { roleArn: "arn:aws:iam::000000000000:role/deployer", externalId: "data-platform" },
      ]),
    });
    await destroy(stack.target);
    assert.deepEqual(await inventory(aws), untouched);
  });
});
