import assert from "node:assert/strict";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { findEngine } from "../../automation/engine/cli/pulumi-cli";
import { ExportPipeline } from "../../components/pipeline/pipeline";
import type { ExportPipelineArgs } from "../../components/pipeline/pipeline-args";
import { PROJECT } from "../../components/settings/settings";
import { type Aws, inventory, useSandbox } from "./harness";

/** All that the emulator knows of a pipeline. */
const args: ExportPipelineArgs = {
  protect: false,
  forceDestroy: true,
  eventsMode: "sns",
  loadErrors: true,
  auditTrail: false,
  // The emulator reads alarms back without some of their fields, so that a preview would never be empty.
  monitoring: false,
};

describe("two pipelines of one program", () => {
  const sandbox = useSandbox();
  let stack: Stack;
  let aws: Aws;
  let untouched: string[];

  it("are created beside each other, and nothing is left to change", async () => {
    const made = await sandbox.stack("dev");
    aws = made.clients();
    untouched = await inventory(aws);
    const program = async () => {
      new ExportPipeline("support", { ...args, suffix: "support" });
      new ExportPipeline("research", { ...args, suffix: "research" });
    };
    const { stack: stackName, workDir } = made.target;
    stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: PROJECT, program },
      { workDir, pulumiCommand: await findEngine() },
    );
    await stack.up();
    const { changeSummary } = await stack.preview({ expectNoChanges: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
  });

  it("have the same in AWS, each under names of its own", async () => {
    const made = (await inventory(aws)).filter((thing) => !untouched.includes(thing));
    // Pulumi ends the names that it chooses by seven random digits.
    const of = (suffix: string) =>
      made
        .filter((thing) => thing.includes(suffix))
        .map((thing) => thing.replaceAll(suffix, "SUFFIX").replace(/-[0-9a-f]{7}$/, ""));
    assert.ok(of("research").some((thing) => thing.startsWith("topic ")));
    assert.deepEqual(of("support").sort(), of("research").sort());
  });

  it("go without leaving anything behind", async () => {
    await stack.destroy();
    assert.deepEqual(await inventory(aws), untouched);
  });
});
