import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment, preview, StackBusyError, up } from "../../automation";
import { filledIn, TestProject } from "./harness";
import type { Running } from "./processes";

const HELD = "pipeline-bucket-policy";
/** Longer than the command line leaves the engine to receive a terminal's Ctrl-C by itself. */
const A_WHILE_MS = 3000;

describe("an update that is cancelled before the engine starts", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  it("changes nothing", async () => {
    const controller = new AbortController();
    const options = { ...project.options, signal: controller.signal, create: true };
    const deployment = await Deployment.open(options);
    controller.abort();
    await assert.rejects(deployment.up());
    await assert.rejects(up(options));
    assert.deepEqual(project.world.calls(), []);
    await project.assertSettled();
  });
});

describe("an update that is held up in AWS", () => {
  let project: TestProject;

  beforeEach(async () => {
    project = await TestProject.create("dev", filledIn);
    project.world.setFaults({ operation: "create", name: HELD });
  });
  afterEach(() => project.remove());

  it("keeps a second one out, which may be tried again later", async () => {
    const first = await held();
    const second = await project.run(["up", "--yes"]);
    assert.equal(second.code, 75, second.stderr);
    assert.equal(second.stdout, "");
    assert.match(second.stderr, /another update of stack "dev" is in progress; try again when it ends/);
    await assert.rejects(up(project.options), StackBusyError);
    project.world.setFaults();
    const { code, stderr } = await first.ended;
    assert.equal(code, 0, stderr);
    await project.assertSettled();
  });

  it("is cancelled by one signal to the command line, which waits for what is in progress", async () => {
    const update = await held();
    update.child.kill("SIGINT");
    await endsOnlyWhenReleased(update);
  });

  it("is cancelled by a terminal's Ctrl-C, which the engine receives too", async () => {
    const update = await held();
    signalGroup(update);
    await endsOnlyWhenReleased(update);
  });

  it("is cancelled no harder by a second signal to the command line", async () => {
    const update = await held();
    update.child.kill("SIGINT");
    await sleep(A_WHILE_MS);
    update.child.kill("SIGINT");
    update.child.kill("SIGTERM");
    await endsOnlyWhenReleased(update);
  });

  async function held(): Promise<Running> {
    const update = project.start(["up", "--create", "--yes"]);
    const died = update.ended.then(({ stderr }) => assert.fail(`ended before it was held up: ${stderr}`));
    await Promise.race([project.asked("create", HELD), died]);
    died.catch(() => undefined);
    return update;
  }

  async function endsOnlyWhenReleased({ child, ended }: Running): Promise<void> {
    await sleep(A_WHILE_MS);
    assert.equal(child.exitCode ?? child.signalCode, null, "it did not wait");
    project.world.setFaults();
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 1, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /cancelling: waiting for operations in progress/);
    assert.match(stderr, /up of stack "dev" was cancelled/);
    await project.assertSettled();
    assert.ok(project.world.named(HELD), "what was in progress has been lost");
    await up(project.options);
    assert.deepEqual(await preview({ ...project.options, refresh: true }), []);
    await project.assertSettled();
  }
});

/** What a terminal does on Ctrl-C. */
function signalGroup({ child }: Running): void {
  assert.ok(child.pid !== undefined);
  process.kill(-child.pid, "SIGINT");
}
