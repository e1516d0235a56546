import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import {
  type Change,
  Deployment,
  importExisting,
  type ProgressEvent,
  StackBusyError,
  up,
} from "../../automation";
import { projectDir } from "../../automation/project/stack-file";
import { PROJECT } from "../../components/settings/settings";
import { filledIn, TestProject } from "./harness";
import { found, names } from "./import/account";

const READER = { arn: "arn:aws:iam::210987654321:role/reader" };
const BUSY = /another update is in progress/;

describe("a stack that an update on another machine has locked", () => {
  let project: TestProject;
  let lock: string;

  beforeEach(async () => {
    project = await TestProject.create("dev", filledIn);
    await up({ ...project.options, create: true });
    const dir = path.join(project.dir, "state", ".pulumi", "locks", "organization", PROJECT, "dev");
    await fs.mkdir(dir, { recursive: true });
    lock = path.join(dir, "elsewhere.json");
  });
  afterEach(() => project.remove());

  const hold = () =>
    fs.writeFile(
      lock,
      JSON.stringify({ pid: 1, username: "me", hostname: "elsewhere", timestamp: new Date().toISOString() }),
    );

  /** Waits for the lock, which goes once that is reported, and after the other has done this. */
  async function waiting(other: () => Promise<void>): Promise<{ deployment: Deployment; told: string[] }> {
    const told: string[] = [];
    const onProgress = (event: ProgressEvent) => {
      if (event.kind !== "note") return;
      told.push(event.message);
      if (BUSY.test(event.message)) void other().then(() => fs.rm(lock));
    };
    const deployment = await Deployment.open({ ...project.options, onProgress, waitMs: 60_000 });
    return { deployment, told };
  }

  it("is neither updated nor imported into, and its account not even asked", async () => {
    await hold();
    const before = project.world.calls().length;
    const existing = { names, look: async () => found, confirm: async () => true };
    await assert.rejects(importExisting({ ...project.options, ...existing }), StackBusyError);
    await assert.rejects(up(project.options), StackBusyError);
    assert.equal(project.world.calls().length, before);
  });

  it("is not removed: the command may be tried again later", async () => {
    const deployment = await Deployment.open(project.options);
    await deployment.destroy();
    await hold();
    await assert.rejects(deployment.remove(), (error) => {
      assert.ok(error instanceof StackBusyError, String(error));
      assert.match(
        error.message,
        /^another update of stack "dev" is in progress; .*: the stack is currently locked by 1 lock/,
      );
      return true;
    });
    await fs.rm(lock);
    await deployment.remove();
    assert.equal(await project.state(), undefined);
  });

  it("is previewed only when the other has ended", async () => {
    await hold();
    const { deployment, told } = await waiting(() => project.set({ crossAccountReaders: [READER] }));
    const { changes } = await deployment.up();
    assert.deepEqual(named(changes), ["pipeline-bucket-policy"]);
    assert.deepEqual(
      told
        .filter((line) => BUSY.test(line) || /^(preview|up) of/.test(line))
        .map((line) => line.split(" of ")[0]),
      [told[0], "preview", "up"],
    );
    assert.match(told[0] ?? "", BUSY);
  });

  it("has other changes then than those that were approved, which are shown before they are made", async () => {
    const { deployment } = await waiting(() => project.set({ crossAccountReaders: [READER] }));
    const approved = await deployment.preview();
    await hold();
    const before = project.world.things();
    const heard: string[][] = [];
    const decline = async (changes: readonly Change[]) => {
      heard.push(named(changes));
      throw new Error("no");
    };
    await assert.rejects(deployment.up({ onOtherChanges: decline }, approved), /^Error: no$/);
    assert.deepEqual(heard, [["pipeline-bucket-policy"]]);
    assert.deepEqual(project.world.things(), before);
    await project.assertSettled();

    const expected = await deployment.preview();
    await hold();
    const { changes } = await deployment.up({ onOtherChanges: decline }, expected);
    assert.deepEqual(named(changes), named(expected));
  });

  it("is not destroyed, nor read, by what was approved before, without a word", async () => {
    const { deployment } = await waiting(async () => undefined);
    const before = project.world.things();
    const heard: number[] = [];
    const onOtherChanges = async (changes: readonly Change[]) => {
      heard.push(changes.length);
      throw new Error("no");
    };
    const approved = await deployment.previewDestroy();
    await hold();
    await assert.rejects(deployment.destroy(approved.slice(1), { onOtherChanges }), /^Error: no$/);
    await hold();
    await assert.rejects(deployment.refresh(approved, { onOtherChanges }), /^Error: no$/);
    assert.deepEqual(heard, [approved.length, 0]);
    assert.deepEqual(project.world.things(), before);
    await project.assertSettled();
  });

  it("is asked about again by the command line, where a no changes nothing", async function () {
    if (process.platform !== "linux" || spawnSync("script", ["--version"]).error) this.skip();
    await project.set({ crossAccountReaders: [READER] });
    const before = project.world.things();
    const steps: readonly [said: RegExp, act: (answer: (key: string) => void) => Promise<unknown>][] = [
      [/Apply these changes to stack "dev"\?/, async (answer) => hold().then(() => answer("y"))],
      [BUSY, async () => project.set({ lifecycle: { profile: "none" } }).then(() => fs.rm(lock))],
      [
        /changes now:[\s\S]*BucketLifecycle[\s\S]*Apply these changes to stack "dev"\?/,
        async (answer) => answer("n"),
      ],
    ];
    const { code, said } = await onTerminal(project, ["up", "--wait", "1"], steps);
    assert.equal(code, 0, said);
    assert.match(said, /\nnothing was changed\r\n/);
    assert.deepEqual(project.world.things(), before);
    await project.assertSettled();
  });

  it("is reported with what helps where locks cannot be seen, as in the backend of a login", async () => {
    const description = parseDocument(await fs.readFile(path.join(project.dir, "Pulumi.yaml"), "utf8"));
    description.delete("backend");
    await fs.writeFile(path.join(project.dir, "Pulumi.yaml"), description.toString());
    const current = `file://${path.join(project.dir, "state")}`;
    await fs.writeFile(
      path.join(project.dir, "credentials.json"),
      JSON.stringify({ current, accounts: { [current]: {} } }),
    );
    await hold();
    const recover = async (...args: string[]) => {
      const { code, stdout, stderr } = await project.run(["recover", ...args], { PULUMI_HOME: project.dir });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const advice =
      `if a command says that another update is in progress, wait for it; if it has died, \`pulumi cancel --stack dev --cwd ${project.dir}\` ` +
      "once you are sure that no update runs";
    const text = await recover();
    assert.match(text, /^locks: cannot be seen in this backend$/m);
    assert.equal(text.split("\nnext: ")[1], `nothing to repair; ${advice}\n`);

    const file = path.join(project.dir, "state", ".pulumi", "stacks", PROJECT, "dev.json");
    const state = JSON.parse(await fs.readFile(file, "utf8"));
    const { latest } = state.checkpoint;
    latest.pending_operations = [{ type: "updating", resource: latest.resources.at(-1) }];
    await fs.writeFile(file, JSON.stringify(state));
    const report = JSON.parse(await recover("--json"));
    assert.ok(!("locks" in report));
    const here = `--stack dev --cwd ${project.dir}`;
    assert.equal(
      report.next,
      `npm run pipeline -- recover ${here} --yes, or npm run pipeline -- up ${here}, which does so first; ${advice}`,
    );
  });

  it("ends the command line's wait with 75", async () => {
    await hold();
    const { code, stdout, stderr } = await project.run(["up", "--yes", "--wait", "0.05"]);
    assert.equal(code, 75, stderr);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /^preview of/m);
    assert.match(
      stderr,
      /process 1 of me on elsewhere, since .*, runs elsewhere, as on another machine or in a container, or has died there/,
    );
  });
});

function named(changes: readonly Change[]): string[] {
  return changes.map(({ name }) => name);
}

/** Runs the command line on a terminal of its own, and acts on what it says, one step after the other. */
async function onTerminal(
  project: TestProject,
  args: readonly string[],
  steps: readonly [said: RegExp, act: (answer: (key: string) => void) => Promise<unknown>][],
): Promise<{ code: number | null; said: string }> {
  const cli = [process.execPath, "-r", "ts-node/register", path.join(projectDir, "automation", "cli.ts")];
  const command = [...cli, ...args, "--stack", "dev", "--cwd", project.dir, "--skip-preflight"].join(" ");
  const child = spawn("script", ["-qefc", `stty cols 120 rows 40; ${command}`, "/dev/null"], {
    cwd: projectDir,
    env: { ...process.env, ...project.environment },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 120_000,
  });
  const left = [...steps];
  let said = "";
  let unread = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    unread += text;
    const [step] = left;
    if (!step?.[0].test(unread)) return;
    unread = "";
    left.shift();
    void step[1]((key) => child.stdin.write(key));
  });
  const [code] = await once(child, "close");
  assert.deepEqual(left, [], said);
  return { code, said };
}
