import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { PROJECT } from "../../components/settings/settings";
import { filledIn, type State, TestProject } from "./harness";
import { PeakMemory } from "./peak-memory";

const count = 50;
const parallel = 8;
const names = Array.from({ length: count }, (_, index) => `dev-${String(index + 1).padStart(2, "0")}`);

describe("several stacks", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    const file = (stack: string) => path.join(project.dir, `Pulumi.${stack}.yaml`);
    for (const stack of names) await fs.copyFile(file("dev"), file(stack));
    await fs.rm(file("dev"));
  });
  after(() => project.remove());

  async function idsOf(stack: string): Promise<string[]> {
    const file = path.join(project.dir, "state", ".pulumi", "stacks", PROJECT, `${stack}.json`);
    const { resources = [] } = JSON.parse(await fs.readFile(file, "utf8")).checkpoint.latest ?? {};
    return (resources as State["resources"])
      .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
      .map(({ id }) => id ?? "");
  }

  it("stop where one fails: the rest is not begun", async () => {
    project.world.setFaults({ operation: "create", name: "pipeline-bucket", error: "AccessDenied" });
    const { code, stdout, stderr } = await project.run([
      "up",
      "--stacks",
      "dev-02,dev-01",
      "--create",
      "--yes",
    ]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^dev-02 {2}failed +\d+ s {2}up of stack "dev-02" failed$/m);
    assert.match(stdout, /^dev-01 {2}skipped +0 s {2}not begun$/m);
    assert.match(stderr, /^dev-02 \| create s3\.Bucket pipeline-bucket|^dev-02 \| \[.*pipeline-bucket/m);
    assert.match(stderr, /failed: dev-02; not begun: dev-01/);
    await assert.rejects(idsOf("dev-01"), /ENOENT/);
    project.world.setFaults();
  });

  it("are all gone through with --keep-going, each line with its stack's name, and end with the failure's exit code", async () => {
    project.world.setFaults({ operation: "create", name: "pipeline-bucket", error: "AccessDenied" });
    const args = ["--stacks", "dev-02,dev-03,dev-04", "--parallel", "2"];
    const { code, stdout, stderr } = await project.run(["up", ...args, "--create", "--yes", "--keep-going"]);
    assert.equal(code, 1, stderr);
    assert.equal(stdout.match(/^dev-0[234] {2}failed /gm)?.length, 3, stdout);
    assert.match(stderr, /failed: dev-02, dev-03, dev-04$/m);
    const unnamed = stderr.split("\n").filter((line) => line !== "" && !/^dev-0[234] \| /.test(line));
    assert.deepEqual(unnamed, ["failed: dev-02, dev-03, dev-04"]);
    const previewed = await project.run(["preview", ...args]);
    assert.doesNotMatch(previewed.stdout, /skipped/);
    project.world.setFaults();
  });

  it("ask for an answer in advance where several go at the same time", async () => {
    const { code, stderr } = await project.run(["up", "--all", "--parallel", "2", "--create"]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /With --parallel no question can be answered per stack; pass --yes/);
  });

  it(`come up together, ${count} of them, each with its own resources and state, in less than 6 GiB`, async () => {
    const start = Date.now();
    const running = project.start(["up", "--all", "--parallel", `${parallel}`, "--create", "--yes"]);
    const memory = new PeakMemory(running.child.pid);
    const { code, stdout, stderr } = await running.ended;
    const mebibytes = memory.stop();
    assert.equal(code, 0, stderr);
    const summary = stdout.split("\n").filter((line) => / {2}done /.test(line));
    assert.deepEqual(
      summary.map((line) => line.split(" ")[0]),
      names,
    );
    const ids = await Promise.all(names.map(idsOf));
    const [first = []] = ids;
    assert.ok(first.length > 10);
    assert.ok(ids.every(({ length }) => length === first.length));
    assert.deepEqual(
      ids.flat().sort(),
      project.world
        .things()
        .map(({ id }) => id)
        .sort(),
    );
    assert.deepEqual(await project.locks(), []);
    if (mebibytes !== undefined) assert.ok(mebibytes < 6 * 1024, `${mebibytes} MiB`);
    console.log(
      `    ${count} stacks in ${Math.round((Date.now() - start) / 1000)} s, ${mebibytes} MiB at most`,
    );
  }).timeout(30 * 60_000);
});
