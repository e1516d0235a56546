import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { EventsMode } from "../../components/arguments";
import { ExportPipeline } from "../../components/pipeline/pipeline";
import { PROJECT } from "../../components/settings/settings";
import { TestProject } from "./harness";

/** Everything that has a name: topics, alarms of the trail, costs, errors of loads. */
const args = {
  protect: false,
  suffix: "lake-eu",
  eventsMode: EventsMode.Sns,
  loadErrors: true,
  monthlyBudgetUsd: 40,
  alertEmails: [{ key: "oncall", address: "oncall@lake.example" }],
};

/** A company's own component, which names the pipeline after itself. */
class Platform extends pulumi.ComponentResource {
  public constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("lake:data:Platform", name, {}, opts);
    new ExportPipeline(`${name}-exports`, args, { parent: this });
  }
}

describe("a pipeline of a program that renames it by Pulumi's aliases", () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await TestProject.create("dev");
  });
  afterEach(() => project.remove());

  const stackOf = (program: () => pulumi.Resource) =>
    LocalWorkspace.createOrSelectStack(
      { stackName: project.stack, projectName: PROJECT, program: async () => void program() },
      { workDir: project.dir, envVars: project.environment },
    );

  const titles: readonly [string, () => pulumi.Resource, () => pulumi.Resource][] = [
    [
      "keeps every resource under its new name",
      () => new ExportPipeline("exports", args),
      () => new ExportPipeline("braintrust", args, { aliases: [{ name: "exports" }] }),
    ],
    [
      "keeps every resource where the component around it is renamed",
      () => new Platform("lake"),
      () => new Platform("ocean", { aliases: [{ name: "lake" }] }),
    ],
  ];
  for (const [title, before, after] of titles) {
    it(title, async () => {
      await (await stackOf(before)).up();
      const changed: string[] = [];
      const onEvent = ({ resourcePreEvent }: EngineEvent) => {
        const metadata = resourcePreEvent?.metadata;
        if (metadata !== undefined && !["same", "update"].includes(metadata.op)) {
          changed.push(`${metadata.op} ${metadata.urn.split("::").slice(2).join("::")}`);
        }
      };
      const stack = await stackOf(after);
      const { changeSummary } = await stack.preview({ onEvent });
      assert.deepEqual(changed, []);
      assert.ok((changeSummary.same ?? 0) > 90, JSON.stringify(changeSummary));
    });
  }
});
