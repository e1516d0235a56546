import assert from "node:assert/strict";
import * as os from "node:os";
import { z } from "zod";
import { stepTitles } from "../../automation/launch/launch";
import { needSnow } from "../snowflake/real-snow";
import { ofThisTurn } from "../turn";
import { inventory, useSandbox } from "./harness";
import { commandLinesDuring, LaunchScene } from "./launch-scene";

/** On a machine that does nothing else. */
const MOST_SECONDS = 180;
/** How long a step runs before it is killed, in milliseconds; the others are killed as they begin. */
const killedAfter: Readonly<Record<string, number>> = {
  [stepTitles.up]: 12_000,
  [stepTitles.snowflake]: 4000,
};

const result = z.object({
  outcome: z.literal("done"),
  steps: z.array(z.object({ id: z.string(), seconds: z.number(), proof: z.string() })),
});

describe("launch over the provider, Braintrust's API and the Snowflake CLI itself", function () {
  this.timeout(900_000);
  const sandbox = useSandbox({ independent: true });
  let scene: LaunchScene;

  before(function () {
    needSnow(this);
  });
  afterEach(() => scene.remove());

  /** One of everything: in the account, in Braintrust and in Snowflake. */
  async function assertOne(): Promise<void> {
    const { stack, braintrust, snow } = scene;
    assert.deepEqual(
      [...braintrust.schedules.keys()],
      braintrust.automations.map(({ id }) => id),
    );
    assert.equal(braintrust.automations.length, 1);
    const kinds = snow.account.everything().map(({ kind }) => kind);
    const [pipes, integrations, tables] = ["PIPE", "INTEGRATION", "TABLE"].map(
      (kind) => kinds.filter((one) => one === kind).length,
    );
    assert.deepEqual([pipes, integrations, tables], [1, 1, 1]);
    const { workDir, stack: name } = stack.target;
    const mine = (await inventory(stack.clients())).filter((thing) => thing.includes(name));
    assert.equal(mine.filter((thing) => /^bucket /.test(thing)).length, 1, `${workDir}: ${mine}`);
    assert.equal(mine.filter((thing) => /^role /.test(thing)).length, 2, `${workDir}: ${mine}`);
  }

  it(`goes from nothing to the first row in less than ${MOST_SECONDS} s beside the update, and shows no secret`, async () => {
    scene = await LaunchScene.create(sandbox, "launched");
    const began = Date.now();
    const running = scene.launch("--json");
    const seen = await commandLinesDuring(running);
    const ended = await running.ended;
    const seconds = (Date.now() - began) / 1000;
    assert.equal(ended.code, 0, ended.stderr);
    const { steps } = result.parse(JSON.parse(ended.stdout));
    const update = steps.find(({ id }) => id === "up")?.seconds ?? 0;
    console.log(
      `      ${seconds.toFixed(0)} s, ${steps.map((step) => `${step.id} ${step.seconds}`).join(", ")}`,
    );
    assert.match(steps.at(-1)?.proof ?? "", /^\d+ in .*, last event received 20/);
    await assertOne();
    assert.ok(
      [...seen].some((line) => /\bsnow sql -f/.test(line)),
      "no snow was seen",
    );
    for (const secret of scene.secrets) {
      for (const line of seen) assert.ok(!line.includes(secret), line);
      assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret));
      for (const [file, text] of await scene.files()) assert.ok(!text.includes(secret), file);
    }
    // The tier's other files run meanwhile.
    const share = Math.max(1, (os.loadavg()[0] ?? 0) / os.cpus().length);
    assert.ok(seconds - update < MOST_SECONDS * share, `${seconds} s, ${update} of them the update's`);
  });

  const killed = ofThisTurn(Object.values(stepTitles), 3);

  it(`killed at ${killed.join(", then at ")}, resumes there, and leaves one of everything`, async () => {
    scene = await LaunchScene.create(sandbox, "killed");
    for (const title of killed) {
      const { child, ended } = scene.launch();
      let said = "";
      child.stderr?.on("data", (text) => {
        const begins = !said.includes(`launch: ${title}`);
        said += text;
        if (!begins || !said.includes(`launch: ${title}`)) return;
        setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), killedAfter[title] ?? 0);
      });
      const { code } = await ended;
      assert.equal(code, null, `${title}: ${said}`);
    }
    const { code, stderr } = await scene.launch().ended;
    assert.equal(code, 0, stderr);
    await assertOne();
  });
});
