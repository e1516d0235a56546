import assert from "node:assert/strict";
import { PipelineError, up } from "../../automation";
import { filledIn, TestProject } from "./harness";

const NO_ROLE = "operation error IAM: AttachRolePolicy, NoSuchEntity: The role with name r cannot be found.";
const NOT_VISIBLE = "what IAM has just created is not visible everywhere";
const NO_PRINCIPAL = "operation error IAM: CreateRole, MalformedPolicyDocument: Invalid principal in policy";
const ROLE = "pipeline-braintrust";
const ATTACHMENT = "pipeline-braintrust-attachment";

describe("a failure of AWS's", () => {
  let project: TestProject;
  const creations = (of: string) =>
    project.world.calls().filter(({ operation, name }) => operation === "create" && name === of).length;

  beforeEach(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  afterEach(() => project.remove());

  it("that passes is waited for: one update converges", async () => {
    const { world } = project;
    world.setFaults({ operation: "create", name: ATTACHMENT, error: NO_ROLE });
    const notes: string[] = [];
    const { changes } = await up({
      ...project.options,
      create: true,
      retryWaitMs: 10,
      onProgress: (event) => {
        if (event.kind !== "note") return;
        notes.push(event.message);
        if (event.message.startsWith(NOT_VISIBLE)) world.setFaults();
      },
    });
    assert.deepEqual(
      notes.filter((note) => note.startsWith(NOT_VISIBLE)),
      [`${NOT_VISIBLE}: retrying in 1 s (attempt 2 of 3)`],
    );
    assert.equal(creations(ATTACHMENT), 2);
    assert.equal(changes.length, world.things().length);
    await project.assertSettled();
  });

  it("that never passes ends the update after three runs", async () => {
    project.world.setFaults({ operation: "create", name: ATTACHMENT, error: NO_ROLE });
    await assert.rejects(up({ ...project.options, create: true, retryWaitMs: 10 }), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /NoSuchEntity: The role.*all 3 attempts failed/s);
      const [, changed = ""] = /^changed: (.*)$/m.exec(error.message) ?? [];
      for (const { name } of project.world.things().slice(0, 5)) assert.ok(changed.includes(name), changed);
      return true;
    });
    assert.equal(creations(ATTACHMENT), 3);
    await project.assertSettled();
  });

  it("that stays ends the update at once, with the setting to fix", async () => {
    project.world.setFaults({ operation: "create", name: ROLE, error: NO_PRINCIPAL });
    await assert.rejects(
      up({ ...project.options, create: true, retryWaitMs: 10 }),
      /-> pipeline-braintrust: the policy names an account.*braintrust\.accountId says which/,
    );
    assert.equal(creations(ROLE), 1);
  });
});
