import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { pasts, projectOf } from "../past/past";
import { DeployedStack } from "../policy/deployed-stack";
import { mutations } from "../policy/mutations";
import { filledIn, TestProject } from "./harness";
import { needNodeHost } from "./node-host";
import { type Ended, start } from "./processes";

const folder = path.join(projectDir, "policy");
const executable = path.join(folder, "pulumi-analyzer-braintrust-snowflake");

/** Runs `pulumi policy analyze` on a state, with a home in which nobody has logged in. */
async function analyze(
  project: TestProject,
  state: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const file = path.join(project.dir, "exported.json");
  await fs.writeFile(file, state);
  const home = { PULUMI_HOME: path.join(project.dir, "home"), PULUMI_BACKEND_URL: "" };
  const command = ["pulumi", "policy", "analyze", "--file", file, "--policy-pack", executable, "--json"];
  return start(command, project.dir, { ...home, ...environment }).ended;
}

/** What the engine's events say was violated. */
function violations({
  stdout,
}: Ended): { policy: string; resource: string; level: string; message: string }[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => JSON.parse(line).policyEvent ?? [])
    .map(({ policyName, resourceUrn, enforcementLevel, message }) => ({
      policy: policyName,
      resource: resourceUrn.split("::").at(-1),
      level: enforcementLevel,
      message,
    }));
}

describe("policy pack by the engine", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("prod");
  });
  after(() => project.remove());

  for (const name of ["dev", "prod", "user", "topic"]) {
    it(`pulumi policy analyze finds nothing in ${name}`, async () => {
      const ended = await analyze(project, DeployedStack.read(name).exported());
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(violations(ended), []);
    });
  }

  for (const policy of new Set(mutations.map(({ caughtBy }) => caughtBy))) {
    it(`pulumi policy analyze fails by ${policy}, and says resource, rule and fix`, async () => {
      const { on, change, resource } = mutations.find(({ caughtBy }) => caughtBy === policy) ?? assert.fail();
      const stack = DeployedStack.read(on);
      change(stack);
      const ended = await analyze(project, stack.exported());
      assert.notEqual(ended.code, 0);
      const found = violations(ended);
      assert.deepEqual(
        [...new Set(found.map((one) => `${one.level} ${one.policy} ${one.resource}`))],
        [`mandatory ${policy} ${resource}`],
      );
      assert.match(found[0]?.message ?? "", new RegExp(`^[A-Z].+\\.\\n${resource}: .+\\. [A-Z].+\\.$`));
    });
  }

  it("only warns where the environment says so", async () => {
    const stack = DeployedStack.read("prod");
    stack.set("pipeline-key", "Key", { enableKeyRotation: false });
    const ended = await analyze(project, stack.exported(), { BRAINTRUST_POLICY_LEVEL: "advisory" });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      violations(ended).map(({ level }) => level),
      ["advisory"],
    );
  });

  it("does not start with a value that it cannot use", async () => {
    const environment = { BRAINTRUST_POLICY_LEVEL: "strict" };
    const { code, stderr } = await analyze(project, DeployedStack.read("dev").exported(), environment);
    assert.notEqual(code, 0);
    assert.match(stderr, /BRAINTRUST_POLICY_LEVEL is "strict"; set it to mandatory or advisory/);
  });

  it("starts as a folder too, by what Pulumi's Node host runs", async () => {
    const host = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const { child, ended } = start([process.execPath, host, "127.0.0.1:1", folder], project.dir, {});
    const [port] = await Promise.race([
      new Promise<[string]>((resolve) => child.stdout?.once("data", (text) => resolve([String(text)]))),
      ended.then(({ stderr }) => assert.fail(stderr)),
    ]);
    child.kill();
    assert.match(port, /^\d+\s*$/);
  });
});

describe("policy pack on a deployment", () => {
  for (const past of pasts.filter(({ name }) => /\/(dev|prod|user|topic)$/.test(name))) {
    it(`reports nothing of what this version makes of ${past.name}`, async () => {
      const project = await projectOf(past);
      try {
        const { code, stderr } = await project.run(["preview", "--policy-pack", folder]);
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /policy /);
      } finally {
        await project.remove();
      }
    });
  }

  it("ends `up` before it changes anything where production loses its protection", async () => {
    const project = await TestProject.create("prod", filledIn);
    try {
      await project.set({ protect: false });
      const { code, stderr } = await project.run(["up", "--create", "--yes", "--policy-pack", executable]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /pipeline-bucket: policy protected-data: .*\n.*it is not protected\. Set protect: true/,
      );
      const policies = [...stderr.matchAll(/: policy ([a-z-]+):/g)].map(([, policy]) => policy);
      assert.deepEqual([...new Set(policies)], ["protected-data"]);
      assert.deepEqual(project.world.things(), []);
    } finally {
      await project.remove();
    }
  });

  it("refuses a pack that is not there, before anything runs", async () => {
    const project = await TestProject.create("dev");
    try {
      const { code, stderr } = await project.run(["preview", "--policy-pack", "polices"]);
      assert.equal(code, 2);
      assert.match(stderr, /--policy-pack polices does not exist; give the folder of PulumiPolicy\.yaml/);
    } finally {
      await project.remove();
    }
  });

  it("fails a preview of `pulumi` for what a program adds to the pipeline", async function () {
    await needNodeHost(this);
    const project = await TestProject.create("dev", filledIn);
    try {
      await project.linkProgram();
      await project.pulumi("stack", "init", "dev");
      await project.pulumi("preview", "--stack", "dev", "--policy-pack", executable);
      await fs.rm(path.join(project.dir, "index.ts"));
      const program = [
        'import * as aws from "@pulumi/aws";',
        'import { deployPipeline } from "./components/program";',
        "export = async () => {",
        '  const scratch = new aws.s3.Bucket("scratch");',
        '  new aws.s3.BucketPublicAccessBlock("scratch", { bucket: scratch.bucket, blockPublicAcls: true });',
        "  return deployPipeline();",
        "};",
      ];
      await fs.writeFile(path.join(project.dir, "index.ts"), program.join("\n"));
      const { code, stdout } = await project.startPulumi(
        "preview",
        "--stack",
        "dev",
        "--policy-pack",
        executable,
      ).ended;
      assert.notEqual(code, 0);
      assert.match(
        stdout,
        /\[mandatory\] {2}no-public-access {2}\(aws:s3:BucketPublicAccessBlock: scratch\)/,
      );
      assert.match(stdout, /\[mandatory\] {2}tls-only {2}\(aws:s3:Bucket: scratch\)/);
      assert.doesNotMatch(stdout, /public-access-blocked/);
    } finally {
      await project.remove();
    }
  });
});
