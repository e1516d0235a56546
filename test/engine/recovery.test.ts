import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Deployment, PipelineError, preview, refresh, up } from "../../automation";
import { OwnCopies } from "../../automation/deploy/recovery/own-copies";
import type { Checkpoint } from "../../automation/deploy/recovery/state-copy";
import { thisHost } from "../../automation/engine/state/host";
import { readLocks } from "../../automation/engine/state/locks";
import { PROJECT } from "../../components/settings/settings";
import { FakeAwsEndpoint } from "./fake-aws-endpoint";
import { filledIn, TestProject } from "./harness";
import type { Running } from "./processes";

const ROLE = "pipeline-braintrust";
const LOCKED = "pipeline-bucket-policy";

describe("recovery", () => {
  let project: TestProject;
  let endpoint: FakeAwsEndpoint;
  const run = (...args: string[]) => project.run(args, endpoint.environment);

  beforeEach(async () => {
    project = await TestProject.create("dev", filledIn);
    endpoint = await FakeAwsEndpoint.start(() => project.world);
  });
  afterEach(async () => {
    endpoint.stop();
    await project.remove();
  });

  /** An update that AWS has carried out as far as this resource, and that never receives the answer. */
  async function killedAt(name: string): Promise<void> {
    const update = await heldAt(name);
    process.kill(-(update.child.pid ?? 0), "SIGKILL");
    await update.ended;
    project.world.setFaults();
  }

  async function heldAt(name: string): Promise<Running> {
    project.world.setFaults({ operation: "create", name, late: true });
    const update = project.start(["up", "--create", "--yes"]);
    await Promise.race([project.held(name), update.ended.then(({ stderr }) => assert.fail(stderr))]);
    return update;
  }

  it("shows what a killed update left, changes nothing unasked, and repairs it", async () => {
    await killedAt(ROLE);
    const state = await project.state();
    const shown = await run("recover");
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^ {2}process \d+ of .* on .*, since .*, has died$/m);
    assert.match(
      shown.stdout,
      /^ {2}creating pipeline-braintrust: if AWS has BraintrustExportRole-dev, it is adopted/m,
    );
    assert.match(shown.stdout, /^next: npm run pipeline -- recover --stack dev --cwd \S+ --yes/m);
    const report = JSON.parse((await run("recover", "--json")).stdout);
    const role = report.unfinished.find(({ urn }: { urn: string }) => urn.endsWith(`::${ROLE}`));
    assert.deepEqual(
      [role?.operation, role?.remedy],
      ["creating", { kind: "adopt", id: "BraintrustExportRole-dev" }],
    );
    for (const command of ["up", "refresh", "destroy"]) {
      const { code, stderr } = await run(command);
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        /an earlier update was interrupted:[\s\S]*Repair the interrupted update first\? No terminal to confirm on/,
      );
    }
    assert.deepEqual(await project.state(), state);

    const repaired = await run("recover", "--yes");
    assert.equal(repaired.code, 0, repaired.stderr);
    assert.match(repaired.stderr, /repaired; adopted from AWS: .*pipeline-braintrust/);
    assert.match(repaired.stdout, /^locks: none$[\s\S]*^unfinished: none$/m);
    const { code, stderr } = await run("up", "--yes");
    assert.equal(code, 0, stderr);
    await project.assertSettled();
    assert.equal(creations(ROLE), 1);
  });

  it("is the first thing of the next update, which makes nothing twice", async () => {
    await killedAt(ROLE);
    const inContainer = { ...thisHost, processSpace: "another" };
    const [seen] = await readLocks(path.join(project.dir, "state"), "dev", inContainer);
    assert.equal(seen?.holder, "elsewhere");
    await converges();
  });

  it("changes nothing where what is pending cannot be remembered, and forgets nothing when it is killed", async () => {
    await killedAt(ROLE);
    const state = await project.state();
    const obstacle = path.join(unfinished(), "dev.json.new");
    await fs.mkdir(obstacle, { recursive: true });
    const refused = async (...wish: string[]) => {
      const { code, stderr } = await run("recover", ...wish, "--yes");
      assert.equal(code, 1, stderr);
      assert.match(stderr, /unfinished\/dev\.json cannot be written: EISDIR/);
      assert.deepEqual(await project.state(), state);
    };
    await refused("--repair");
    const { id } = await copyBefore("repair");
    await refused("--restore", id);
    await fs.rmdir(obstacle);
    await diesInPlace("--restore", id);
    await converges();
  });

  it("resumes where a repair was killed as soon as its state was in place", async () => {
    await killedAt(ROLE);
    await diesInPlace("--repair");
    await converges();
  });

  it("leaves the locks of others alone: an update that runs is waited for, or ends it with 75", async () => {
    const first = await heldAt(LOCKED);
    const { stdout } = await run("recover");
    assert.match(
      stdout,
      /^ {2}process \d+ .*, runs$[\s\S]*^unfinished: none$[\s\S]*^next: wait for the update that runs; if it has died, `pulumi cancel/m,
    );
    assert.equal((await run("up", "--yes")).code, 75);
    const resources = [{ urn: `urn:pulumi:dev::${PROJECT}::t::n`, type: "t" }];
    await new OwnCopies(project.dir, "dev", "file://./state").keep(
      { version: 3, deployment: { resources } },
      "up",
    );
    assert.equal((await run("recover", "--restore", "latest", "--yes")).code, 75);
    assert.deepEqual(await fs.readdir(unfinished()), []);
    const waiting = project.run(["up", "--yes", "--wait", "5"]);
    project.world.setFaults();
    const [one, other] = await Promise.all([first.ended, waiting]);
    assert.deepEqual([one.code, other.code], [0, 0], other.stderr);
    await project.assertSettled();
  });

  it("brings an earlier state back, and says what that forgets", async () => {
    await up({ ...project.options, create: true });
    const before = await project.state();
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    await up(project.options);
    const unknown = await run("recover", "--restore", "yesterday", "--yes");
    assert.equal(unknown.code, 2, unknown.stderr);
    assert.match(unknown.stderr, /no checkpoint "yesterday" of stack "dev": there are \d{19}/);
    const { code, stdout, stderr } = await run("recover", "--restore", "latest", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /, with \d+ resources restored$/m);
    assert.match(stdout, /^next: npm run pipeline -- refresh --stack dev --cwd \S+/m);
    assert.deepEqual(urns(await project.state()), urns(before));
    const [kept] = await (await Deployment.open(project.options)).recovery.checkpoints.list();
    assert.equal(kept?.before, "restore");
    await up({ ...project.options, refresh: true });
    assert.deepEqual(await preview({ ...project.options, refresh: true }), []);
  });

  it("creates a stack again that the backend has lost, once somebody wants it", async () => {
    await up({ ...project.options, create: true });
    const before = await project.state();
    await refresh(project.options);
    await project.pulumi("stack", "rm", "dev", "--force", "--yes", "--preserve-config");
    const texts = await project.texts();
    for (const [id, message] of [
      ["latest", /would replace the present one.*[\s\S]*--yes/],
      ["yesterday", /no checkpoint "yesterday" of stack "dev": there are \d{19}/],
    ] as const) {
      const { code, stderr } = await run("recover", "--restore", id);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.deepEqual(await project.texts(), texts);
    }
    const { code, stderr } = await run("recover", "--restore", "latest", "--yes");
    assert.equal(code, 0, stderr);
    assert.deepEqual(urns(await project.state()), urns(before));
    await project.assertSettled();
  });

  it("keeps what is of another backend apart", async () => {
    project.world.setFaults({ operation: "create", name: ROLE, late: true, dies: true });
    assert.equal((await run("up", "--create", "--yes")).code, 1);
    await project.revive();
    project.world.setFaults();
    const other = path.join(project.dir, "other");
    await fs.mkdir(other);
    const there = { ...endpoint.environment, PULUMI_BACKEND_URL: `file://${other}` };
    const settings = path.join(project.dir, "Pulumi.dev.yaml");
    const written = await fs.readFile(settings, "utf8");
    const shown = await project.run(["recover", "--restore", "latest", "--yes"], there);
    assert.equal(shown.code, 2, shown.stderr);
    assert.match(shown.stderr, /no checkpoint "latest" of stack "dev": there is none yet/);
    assert.equal(await fs.readFile(settings, "utf8"), written);
    assert.equal((await project.run(["recover"], there)).code, 2, "a stack has been made");
    await Deployment.open({
      ...project.options,
      environment: { ...project.environment, ...there },
      create: true,
    });
    const { stdout } = await project.run(["recover"], there);
    assert.match(stdout, /^unfinished: none\n(?:.*\n)*checkpoints, newest first: none$/m);

    assert.equal((await project.run(["destroy", "--remove", "--yes"], there)).code, 0);

    assert.match((await run("recover")).stdout, /^ {2}creating pipeline-braintrust: /m);
    const repaired = await run("up", "--yes");
    assert.equal(repaired.code, 0, repaired.stderr);
    assert.equal(creations(ROLE), 1);
    const { id } = await copyBefore("repair");
    const { code, stderr } = await project.run(["recover", "--restore", id, "--yes"], there);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /is of stack "dev" in file:\/\/\.\/state, and this one is in file:\/\/.*\/other: /);
  });

  it("reports what was done and what is unknown also where it cannot be kept", async () => {
    await fs.mkdir(path.join(project.dir, "state", "unfinished", "dev.json.new"), { recursive: true });
    project.world.setFaults({ operation: "create", name: ROLE, late: true, dies: true });
    await assert.rejects(up({ ...project.options, create: true }), (error) => {
      assert.ok(error instanceof PipelineError, String(error));
      assert.match(error.message, /^up of stack "dev" failed:$/m);
      assert.match(error.message, /^unknown, since no answer came: .*iam\.Role pipeline-braintrust/m);
      assert.match(
        error.message,
        /^not remembered, .*: (?:.*, )?creating pipeline-braintrust\b.*: .*unfinished\/dev\.json.*EISDIR/m,
      );
      return true;
    });
    await project.revive();
  });

  it("refuses what is no number of minutes, and --repair with --json", async () => {
    for (const args of [
      ["up", "--yes", "--timeout", "0"],
      ["up", "--yes", "--wait", "soon"],
      ["refresh", "--yes", "--timeout", "1e9"],
    ]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /--(timeout|wait).*must be a number/i);
    }
    assert.equal((await run("recover", "--repair", "--json")).code, 2);
  });

  async function copyBefore(operation: string): Promise<Checkpoint> {
    const { checkpoints } = JSON.parse((await run("recover", "--json")).stdout);
    return checkpoints.find(({ before }: Checkpoint) => before === operation);
  }

  async function converges(): Promise<void> {
    const { code, stderr } = await run("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.equal(creations(ROLE), 1);
    await project.assertSettled();
    assert.deepEqual(await preview(project.options), []);
  }

  /** Has an engine import the state, and then end everything, itself included, by SIGKILL. */
  async function diesInPlace(...wish: string[]): Promise<void> {
    const dir = path.join(project.dir, "bin");
    await fs.mkdir(dir);
    const script = `#!/bin/sh
      PATH="${process.env.PATH}"
      pulumi "$@" || exit
      case "$1 $2" in "stack import") kill -9 0 ;; esac`;
    await fs.writeFile(path.join(dir, "pulumi"), script, { mode: 0o755 });
    const PATH = [dir, process.env.PATH].join(path.delimiter);
    const { code, stderr } = await project.run(["recover", ...wish, "--yes"], {
      ...endpoint.environment,
      PATH,
    });
    assert.equal(code, null, stderr);
    assert.deepEqual((await project.state())?.pendingOperations, []);
  }

  function unfinished(): string {
    return path.join(project.dir, "state", "unfinished");
  }

  function creations(name: string): number {
    return project.world.calls().filter((call) => call.operation === "create" && call.name === name).length;
  }
});

function urns(state: Awaited<ReturnType<TestProject["state"]>>): string[] {
  return (state?.resources ?? []).map(({ urn }) => urn);
}
