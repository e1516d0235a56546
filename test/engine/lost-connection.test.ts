import assert from "node:assert/strict";
import { Deployment } from "../../automation";
import { CONNECTION_LOST, inlineProgram } from "../../automation/engine/inline-program";
import { projectDir } from "../../automation/project/stack-file";
import { filledIn, TestProject } from "./harness";
import { start } from "./processes";

describe("a program that ends before the engine knows of its resources", () => {
  let project: TestProject;
  let deployment: Deployment;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    deployment = await Deployment.open({ ...project.options, create: true });
    await deployment.up({}, []);
  });
  after(() => project.remove());

  it("is no preview of everything deleted", async () => {
    deployment.open.stack.workspace.program = async () => ({});
    await assert.rejects(deployment.preview(), new RegExp(CONNECTION_LOST));
  });

  it("counts as a failure, and nothing is deleted, where it cannot reach the engine", async () => {
    const things = project.world.things();
    const lost = Object.assign(new Error("14 UNAVAILABLE: No connection established"), { code: 14 });
    deployment.open.stack.workspace.program = inlineProgram(() => {
      throw lost;
    });
    await assert.rejects(deployment.up({}, []), /No connection established/);
    assert.deepEqual(project.world.things(), things);
    await project.assertSettled();
  });

  it("is run again where it has changed nothing", async () => {
    const { program } = (await Deployment.open(project.options)).open.stack.workspace;
    let runs = 0;
    deployment.open.stack.workspace.program = async () => {
      runs += 1;
      return runs === 1 ? {} : (program?.() ?? {});
    };
    assert.deepEqual(await deployment.preview(), []);
    assert.equal(runs, 2);
  });

  it("ends as soon as it deletes", async () => {
    deployment.open.stack.workspace.program = async () => ({});
    const holding = { operation: "delete", name: "pipeline-bucket-policy" } as const;
    project.world.setFaults(holding);
    await assert.rejects(deployment.up({}, []), /^FailedRunError: up of stack "dev" failed/);
    const kept = project.world.things().map(({ name }) => name);
    assert.ok(kept.includes("pipeline-bucket"), kept.join());
  });

  it("does not hold its process up once its engine was killed", async () => {
    const script = `
      const { execFileSync } = require("node:child_process");
      const pulumi = require("@pulumi/pulumi");
      const { Deployment } = require("./automation");
      const { inlineProgram } = require("./automation/engine/inline-program");
      Deployment.open(${JSON.stringify(project.options)}).then(async (deployment) => {
        deployment.open.stack.workspace.program = inlineProgram(() => {
          execFileSync("pkill", ["-KILL", "-P", process.pid]);
          return { pipeline: new pulumi.ComponentResource("test:index:Pipeline", "pipeline"), outputs: {} };
        });
        await deployment.up({}, []).catch((error) => console.error(error.message));
        const failed = performance.now();
        process.on("exit", () => console.log(performance.now() - failed));
      });`;
    const command = [process.execPath, "-r", "ts-node/register", "-e", script];
    const { code, stdout, stderr } = await start(command, projectDir, project.environment).ended;
    assert.match(stderr, /^up of stack "dev" failed:[\s\S]*SIGKILL/);
    assert.equal(code, 0, stderr);
    assert.ok(Number(stdout) < 10_000, stdout);
  });
});
