import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../../automation";
import { projectDir } from "../../automation/project/stack-file";
import { isWhole } from "../turn";
import { inventory, type SandboxStack, useSandbox } from "./harness";

/** Their moments are chance, so that each run adds to those before it. */
const KILLS = isWhole() ? 30 : 9;
/** Stacks at the same time: most of their time are the provider's waits. */
const AT_ONCE = 3;
const stackName = (index: number) => `kill-${String(index).padStart(2, "0")}`;

/** Of what AWS refuses to make twice, and of what it would make twice. */
const small = {
  snowflake: { access: "user" },
  events: { mode: "none" },
  encryption: "kms",
  lifecycle: { profile: "none" },
  accessLogs: { enabled: false },
};
/** The same with a topic and its queue, for which the provider waits long: every third stack. */
const large = { ...small, events: { mode: "sns" } };
const isLarge = (index: number) => index % 3 === 0;
const onlyLarge = /^(queue|topic|subscription) /;

describe("an update that is killed", () => {
  const sandbox = useSandbox();
  const wholeMs = { small: 0, large: 0 };
  const stackAt = (index: number) => sandbox.stack(stackName(index), isLarge(index) ? large : small);

  it("takes some time when it is not", async () => {
    const timed = async (index: number) => {
      const update = start(await stackAt(index));
      await begun(update);
      const from = Date.now();
      const [code] = await once(update, "close");
      assert.equal(code, 0);
      return Date.now() - from;
    };
    [wholeMs.large, wholeMs.small] = await Promise.all([timed(0), timed(1)]);
  });

  it(`is finished by the next, at ${KILLS} random moments`, async function () {
    this.timeout(40 * 60_000);
    const waiting = Array.from({ length: KILLS }, (_, index) => {
      const whole = isLarge(index + 2) ? wholeMs.large : wholeMs.small;
      return { index: index + 2, ms: Math.round(Math.random() * whole), whole };
    });
    console.log(`      killed after ${waiting.map(({ ms, whole }) => `${ms} of ${whole}`).join(", ")} ms`);
    let interrupted = 0;
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const stack = await stackAt(next.index);
        if (await killAfter(stack, next.ms)) interrupted += 1;
        const { outputs } = await (await Deployment.open(stack.options)).up({}, []);
        assert.ok(outputs.snowflakeAccessKeyId, `killed after ${next.ms} ms`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    console.log(`      ${interrupted} of them before it was done`);
    assert.ok(interrupted > KILLS / 2);
  });

  it("has left one of everything in the account, and nothing else", async () => {
    const indices = Array.from({ length: KILLS + 2 }, (_, index) => index);
    const stack = await stackAt(0);
    const found = new Map<string, number>();
    for (const thing of await inventory(stack.clients())) {
      const anonymous = thing
        .replaceAll(/kill-\d\d/g, "kill")
        .replaceAll(/-[0-9a-f]{7}\b|[0-9a-f-]{36}/g, "");
      found.set(anonymous, (found.get(anonymous) ?? 0) + 1);
    }
    const ours = [...found].filter(([thing]) => /kill|pipeline|^key /.test(thing));
    assert.ok(ours.length > 8, JSON.stringify([...found]));
    for (const [thing, count] of ours) {
      const made = onlyLarge.test(thing) ? indices.filter(isLarge) : indices;
      assert.equal(count, made.length, thing);
    }
  });
});

function start(stack: SandboxStack): ChildProcess {
  const { stack: name, workDir } = stack.target;
  const cli = path.join(projectDir, "automation", "cli.ts");
  const args = ["up", "--stack", name, "--cwd", workDir, "--create", "--yes"];
  // The leader of a process group of its own, so that the engine is killed with it.
  return spawn(process.execPath, ["-r", "ts-node/register", cli, ...args], {
    cwd: projectDir,
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
}

/** Waits until the update itself begins, and does not listen any more. */
async function begun(update: ChildProcess): Promise<void> {
  const { stderr } = update;
  assert.ok(stderr);
  let said = "";
  for await (const text of stderr.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    said += text;
    if (/^up of stack /m.test(said)) {
      stderr.resume();
      return;
    }
  }
  assert.fail(`it ended before it began: ${said}`);
}

/** @returns whether it was in progress still. */
async function killAfter(stack: SandboxStack, ms: number): Promise<boolean> {
  const update = start(stack);
  const ended = once(update, "close");
  await begun(update);
  await Promise.race([sleep(ms), ended]);
  if (update.exitCode !== null) return false;
  process.kill(-(update.pid ?? 0), "SIGKILL");
  await ended;
  return true;
}
