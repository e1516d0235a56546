import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { preview, up } from "../../automation";
import { PROJECT } from "../../components/settings";
import { filledIn, TestProject } from "./harness";

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

  it("leave each other nothing to change, where the CLI has its Node host", async function () {
    if (!(await hasNodeHost())) this.skip();
    await project.link(
      "index.ts",
      "automation",
      "components",
      "node_modules",
      "package.json",
      "tsconfig.json",
      "tsconfig.pulumi.json",
    );
    await project.pulumi("preview", "--stack", "dev", "--expect-no-changes");
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
    assert.deepEqual(await preview(project.options), []);
  });
});

/** The CLI looks on PATH, where the tier has put the CLI's own folder first. */
async function hasNodeHost(): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      fs.access(path.join(folder, "pulumi-language-nodejs"), fs.constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
