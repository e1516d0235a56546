import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import {
  type Change,
  type ImportPlan,
  type ImportResult,
  importExisting,
  PipelineError,
  preview,
  up,
} from "../../automation";
import { projectDir } from "../../automation/project/stack-file";
import { TestProject } from "./harness";
import { found, names, things, writes } from "./import/account";
import { start } from "./processes";

describe("import", () => {
  let project: TestProject;
  let plan: ImportPlan | undefined;
  const file = () => fs.readFile(path.join(project.dir, "Pulumi.prod.yaml"), "utf8");
  const run = (confirmed: boolean, options: object = {}): Promise<ImportResult> =>
    importExisting({
      ...project.options,
      names,
      look: async () => found,
      confirm: async (shown) => {
        plan = shown;
        return confirmed;
      },
      ...options,
    });
  const managed = async () =>
    (await project.state())?.resources.filter(({ custom, type }) => custom && type.startsWith("aws:")) ?? [];

  beforeEach(async () => {
    project = await TestProject.create("prod", {
      monitoring: { enabled: false },
      auditTrail: { enabled: false },
    });
    plan = undefined;
    for (const thing of things) project.world.put(thing);
  });
  afterEach(() => project.remove());

  it("shows what it would do, and leaves account, settings and backend as they are until that is confirmed", async () => {
    const before = [await file(), project.world.things(), await project.state()];
    const { outcome } = await run(false);
    assert.equal(outcome, "declined");
    assert.deepEqual([await file(), project.world.things(), await project.state()], before);
    const imports = plan?.changes.filter(({ operation }) => operation === "import").map(({ name }) => name);
    assert.equal(imports?.length, things.length);
    const updated = plan?.changes.filter(({ operation }) => operation === "update").map(({ name }) => name);
    assert.ok(updated?.includes("pipeline-braintrust"), updated?.join());
  });

  it("takes everything into the state below its components, protected, with the inputs of the account", async () => {
    const account = project.world.things();
    const { outcome, imported, changes } = await run(true);
    assert.deepEqual([outcome, imported.length], ["imported", things.length]);
    assert.deepEqual(project.world.things(), account);
    const resources = await managed();
    assert.equal(resources.length, things.length);
    assert.ok(resources.every(({ protect }) => protect));
    const roleUrn = resources.find(({ id }) => id === "bt-writer")?.urn ?? "";
    assert.match(
      roleUrn,
      /ExportPipeline\$braintrust-snowflake:index:BraintrustRole\$aws:iam\/role:Role::pipeline-braintrust$/,
    );
    assert.deepEqual(shown(changes), shown(plan?.changes));
  });

  it("replaces nothing in the next update, after which everything is imported already", async () => {
    await run(true);
    await up(project.options);
    const calls = project.world.calls().filter(({ operation }) => operation === "delete");
    assert.deepEqual(calls, []);
    const again = await run(true);
    assert.deepEqual([again.outcome, again.changes], ["unchanged", []]);
    // A description of a policy cannot be changed; the role's can.
    const described = (id: string) =>
      project.world.things().find((thing) => thing.id === id)?.inputs.description;
    assert.deepEqual([described(writes.arn), described("bt-writer") !== "by Ann"], ["by Ann", true]);
  });

  it("resumes where the provider died", async () => {
    const confirm = async () => {
      // From here on the engine reads for the import, and no longer for the preview.
      project.world.setFaults({ operation: "read", name: "pipeline-braintrust", dies: true });
      return true;
    };
    await assert.rejects(run(true, { confirm }), PipelineError);
    await project.revive();
    await resumes();
  });

  it("resumes where it was killed", async () => {
    const program = path.join(__dirname, "import", "run.ts");
    const args = ["prod", project.dir, path.join(project.dir, "..", "aws")];
    const command = [process.execPath, "-r", "ts-node/register", program, ...args];
    const killed = start(command, projectDir, project.environment);
    await Promise.race([
      project.held("pipeline-braintrust"),
      killed.ended.then(({ stderr, stdout }) => assert.fail(stdout + stderr)),
    ]);
    process.kill(-(killed.child.pid ?? 0), "SIGKILL");
    await killed.ended;
    await resumes();
  });

  async function resumes(): Promise<void> {
    project.world.setFaults();
    assert.equal((await run(true)).outcome, "unchanged");
    const resources = await managed();
    assert.deepEqual(resources.map(({ id }) => id).sort(), things.map(({ id }) => id).sort());
    await project.assertSettled();
    assert.deepEqual(
      shown(await preview(project.options)).filter((one) => /replace|delete/.test(one)),
      [],
    );
  }

  it("refuses a stack that has a role of its own there, and writes nothing", async () => {
    await up({ ...project.options, create: true });
    const before = [await file(), project.world.things()];
    await assert.rejects(run(true), /nothing was imported: .*bt-writer/);
    assert.deepEqual([await file(), project.world.things()], before);
    const taken = plan?.findings.find(({ name }) => name === "bt-writer");
    assert.match(taken?.evidence ?? "", /the stack has BraintrustExportRole-prod in its place already/);
  });
});

/** Changes but for imports, and for an attachment: the fake provider has no previews, so that the ARN of a policy that changes is unknown to it. */
function shown(changes: readonly Change[] = []): string[] {
  return changes
    .filter(({ operation, type }) => operation !== "import" && !type.includes("Attachment"))
    .map((one) => `${one.operation} ${one.name}`)
    .sort();
}
