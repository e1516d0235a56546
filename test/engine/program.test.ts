import assert from "node:assert/strict";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { preview, up } from "../../automation";
import { PROJECT } from "../../components/settings/settings";
import { filledIn, TestProject } from "./harness";
import { needNodeHost } from "./node-host";

describe("pulumi up and the command line", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    await up({ ...project.options, create: true });
  });
  after(() => project.remove());

  it("deploy the same resources and outputs: index.ts finds nothing to change", async () => {
    const { dir: workDir, environment: envVars, stack: stackName } = project;
    const program = async () => {
      // A module runs once; the engine's Node host starts a process for each run.
      delete require.cache[require.resolve("../../index")];
      return require("../../index");
    };
    const stack = await LocalWorkspace.selectStack(
      { stackName, projectName: PROJECT, program },
      { workDir, envVars },
    );
    const deployed = await stack.outputs();
    const { changeSummary } = await stack.preview({ expectNoChanges: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
    await stack.up();
    assert.deepEqual(await stack.outputs(), deployed);
    assert.deepEqual(await preview(project.options), []);
  });

  it("leave each other nothing to change", async function () {
    await needNodeHost(this);
    await project.linkProgram();
    await project.pulumi("preview", "--stack", "dev", "--expect-no-changes");
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
    assert.deepEqual(await preview(project.options), []);
  });
});
