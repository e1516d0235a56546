import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ofThisTurn } from "../turn";
import { filledIn, TestProject } from "./harness";

const HELD = "pipeline-bucket-policy";
/** In order of name: one that is done by then, those in progress, one that waits. */
const [finished, ...others] = ["dev-af", "dev-ap", "dev-eu", "dev-us"] as const;
const parallel = 2;
const inProgress = others.slice(0, parallel);
/** Longer than the command line leaves the engines to receive a terminal's Ctrl-C by themselves. */
const A_WHILE_MS = 3000;

/** From a CI system two signals come to the command line alone, which waits. A terminal's second Ctrl-C ends the engines. */
const ways = [
  { what: "SIGTERM", signal: "SIGTERM", toEngines: false },
  { what: "a terminal's Ctrl-C", signal: "SIGINT", toEngines: true },
] as const;

for (const { what, signal, toEngines } of ofThisTurn(ways, ways.length)) {
  describe(`several stacks at a time, at ${what} and a second one`, () => {
    let project: TestProject;

    before(async () => {
      project = await TestProject.create("dev", filledIn);
      const file = (stack: string) => path.join(project.dir, `Pulumi.${stack}.yaml`);
      for (const stack of [finished, ...others]) await fs.copyFile(file("dev"), file(stack));
      await fs.rm(file("dev"));
      const { code, stderr } = await project.run(["up", "--stacks", finished, "--create", "--yes"]);
      assert.equal(code, 0, stderr);
      project.world.setFaults({ operation: "create", name: HELD });
    });
    after(() => project.remove());

    const held = () => project.world.calls().filter(({ operation }) => operation === "held").length;
    const created = () => project.world.things().filter(({ name }) => name === HELD).length;
    const all = ["up", "--all", "--parallel", `${parallel}`, "--create", "--yes"];

    it("say which are done, cancelled and not begun, and leave no lock; the same command resumes", async () => {
      const { child, ended } = project.start(all);
      while (held() < parallel && child.exitCode === null) await sleep(100);
      const { pid = 0 } = child;
      for (let times = 0; times < 2; times += 1) {
        process.kill(toEngines ? -pid : pid, signal);
        await sleep(A_WHILE_MS);
      }
      if (!toEngines) {
        assert.equal(child.exitCode ?? child.signalCode, null, "it did not wait");
        project.world.setFaults();
      }
      const { code, stdout, stderr } = await ended;
      project.world.setFaults();

      assert.equal(code, 1, stderr);
      const states = stdout.matchAll(/^(dev-\w\w) {2}(\w+) +\d+ s {2}(.*)$/gm);
      assert.deepEqual(
        [...states].map(([, ...columns]) => columns),
        [
          [finished, "done", "no changes; phase awaiting-channel"],
          ...inProgress.map((stack) => [stack, "cancelled", `up of stack "${stack}" was cancelled`]),
          ["dev-us", "skipped", "not begun"],
        ],
      );
      assert.equal(
        stderr.match(/^dev-\w\w \| unknown, since no answer came: /gm)?.length ?? 0,
        toEngines ? 2 : 0,
      );
      assert.equal(stderr.match(/^dev-\w\w \| next: .* resumes$/gm)?.length, parallel);
      const last = stderr.trimEnd().split("\n").at(-1);
      assert.equal(last, `cancelled: ${inProgress.join(", ")}; not begun: dev-us`);
      assert.deepEqual(await project.locks(), []);

      while (created() < 1 + parallel) await sleep(100);
      const next = await project.run(all);
      assert.equal(next.code, 0, next.stderr);
      assert.equal(next.stdout.match(/^dev-\w\w {2}done /gm)?.length, 1 + others.length);
      assert.equal(created(), 1 + others.length);
      assert.deepEqual(await project.locks(), []);
    });
  });
}
