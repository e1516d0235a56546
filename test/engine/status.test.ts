import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { up } from "../../automation";
import { status } from "../../automation/status/status";
import { filledIn, TestProject } from "./harness";

describe("status", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", {
      ...filledIn,
      events: { mode: "none" },
      monitoring: { enabled: false },
    });
  });
  after(() => project.remove());

  /** As the command line has it, whose next command names the folder that was given. */
  const asTyped = ({ next, ...report }: Awaited<ReturnType<typeof status>>) => ({
    ...report,
    next: { ...next, action: `${next.action} --cwd ${project.dir}` },
  });

  it("names the stacks that there are where this one is not made", async () => {
    const { code, stderr } = await project.run(["status"]);
    assert.equal(code, 2);
    assert.match(stderr, /no stack "dev" exists/);
  });

  it("finds a fresh stack in order, on the command line and as JSON", async () => {
    await up({ ...project.options, create: true });
    const report = await status(project.options);
    assert.deepEqual(
      [report.phase, report.deployedPhase, report.next.reason],
      ["connected", "connected", "no action needed"],
    );
    for (const part of [report.lastUpdate, report.pending, report.drift, report.alarms, report.accessKeys]) {
      assert.equal(part.verdict, "ok", part.evidence);
    }
    assert.equal(report.exports.verdict, "skipped");
    const { details } = report.lastUpdate;
    assert.deepEqual([details?.kind, details?.result], ["update", "succeeded"]);
    assert.equal(details?.by.execution, "auto.inline");
    assert.ok(Date.now() - Date.parse(details?.ended ?? "") < 120_000);

    const { code, stdout, stderr } = await project.run(["status", "--json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), asTyped(report));
    const text = await project.run(["status", "--no-drift"]);
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /^stack dev: connected\nok {7}last update {9}update succeeded, /);
    assert.match(text.stdout, /^skipped {2}drift {15}not looked for$/m);
    assert.match(text.stdout, /^next: npm run pipeline -- verify --stack dev --cwd \S+$/m);
  });

  it("is one JSON, and one table, of several stacks, one of which cannot be read", async () => {
    const copy = path.join(project.dir, "Pulumi.dev-2.yaml");
    await fs.copyFile(path.join(project.dir, "Pulumi.dev.yaml"), copy);
    try {
      const json = await project.run(["status", "--all", "--parallel", "2", "--json"]);
      assert.equal(json.code, 2, json.stderr);
      assert.match(json.stderr, /failed: dev-2$/m);
      const [first, second] = JSON.parse(json.stdout);
      assert.deepEqual(first, JSON.parse(JSON.stringify(asTyped(await status(project.options)))));
      assert.deepEqual([second.stack, /no stack "dev-2" exists/.test(second.error)], ["dev-2", true]);
      const { stdout } = await project.run(["status", "--stacks", "dev-2,dev", "--no-drift"]);
      const lines = stdout.split("\n").map((line) => line.trim().split(/ +/).slice(0, 5).join(" "));
      assert.deepEqual(lines.slice(0, 3), [
        "stack phase update pending drift",
        "dev-2 not read",
        'no stack "dev-2" exists: the',
      ]);
      assert.ok(lines.indexOf("dev connected ok ok skipped") > 2, stdout);
    } finally {
      await fs.rm(copy);
    }
  });

  it("sees what somebody changed in AWS, and changes nothing itself", async () => {
    const state = await project.state();
    const versioning = project.world.named("pipeline-bucket-versioning");
    project.world.put({
      ...versioning,
      inputs: { ...versioning.inputs, versioningConfiguration: { status: "Suspended" } },
    });
    const { drift, next } = await status(project.options);
    assert.equal(drift.verdict, "fail");
    assert.match(drift.evidence, /^1 update: pipeline-bucket-versioning/);
    assert.match(next.action, /up --stack dev --refresh/);
    assert.deepEqual(await project.state(), state);
    project.world.put(versioning);
  });

  it("tells of an update that failed, and what to do", async () => {
    const name = "pipeline-bucket-policy";
    project.world.setFaults({ operation: "update", name, error: "throttled" });
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::444455556666:role/reader" }] });
    await assert.rejects(up(project.options), /throttled/);
    project.world.setFaults();
    const { lastUpdate, next } = await status({ ...project.options, drift: false });
    assert.equal(lastUpdate.details?.result, "failed");
    assert.match(next.reason, /^last update: update failed/);
    await up(project.options);
  });

  it("names what a killed update left pending", async () => {
    const name = "pipeline-bucket-policy";
    await project.set({ crossAccountReaders: [] });
    project.world.setFaults({ operation: "update", name });
    const before = project.world.calls().length;
    const update = project.start(["up", "--yes"]);
    while (
      !project.world
        .calls()
        .slice(before)
        .some((call) => call.name === name)
    )
      await sleep(50);
    // Whatever runs beside it ends, and the state tells of it alone.
    await sleep(2000);
    process.kill(-(update.child.pid ?? 0), "SIGKILL");
    await update.ended;
    project.world.setFaults();
    const { pending, next } = await status({ ...project.options, drift: false });
    assert.match(pending.evidence, /^updating urn:pulumi:dev::.*::pipeline-bucket-policy$/);
    assert.match(next.action, /recover --stack dev shows what became of them/);

    const { code, stderr } = await project.run(["refresh", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.equal((await status({ ...project.options, drift: false })).pending.verdict, "ok");
  });

  it("does not know the keys' age where AWS cannot be asked", async () => {
    await project.set({ snowflake: { access: "user" } });
    await up({ ...project.options, refresh: true, allowLoss: true });
    const { accessKeys } = await status({ ...project.options, drift: false });
    assert.equal(accessKeys.verdict, "unknown");
    assert.match(accessKeys.evidence, /^iam:ListAccessKeys failed: /);
  });
});
