import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { ExportPipeline } from "../../components/pipeline/pipeline";
import { PROJECT } from "../../components/settings/settings";
import { TestProject } from "./harness";

const BUCKET = "aws:s3/bucket:Bucket";

/** What no argument covers: tags of the buckets alone. */
const tagBuckets: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === BUCKET ? { props: { ...props, tags: { owner: "data" } }, opts } : undefined;

describe("ExportPipeline's resource option transforms", () => {
  let project: TestProject;
  before(async () => {
    project = await TestProject.create("dev");
  });
  after(() => project.remove());

  it("reaches resources of components below it, and changes no other", async () => {
    const { dir: workDir, environment: envVars, stack: stackName } = project;
    const args = { protect: false, accessLogs: true };
    const program = async () => {
      new ExportPipeline("pipeline", args, { transforms: [tagBuckets] });
    };
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: PROJECT, program },
      { workDir, envVars },
    );
    await stack.up();
    const tagged = project.world.things().filter(({ inputs }) => "tags" in inputs);
    assert.deepEqual(
      tagged
        .map(({ name, type, inputs }) => ({ name, type, tags: inputs.tags }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ["pipeline-audit-logs", "pipeline-bucket", "pipeline-bucket-access-logs"].map((name) => ({
        name,
        type: BUCKET,
        tags: { owner: "data" },
      })),
    );
  });
});
