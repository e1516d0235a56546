import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/**
 * `npm run test:repeat -- [count] [arguments of mocha]`: the unit tests, several times in a row, while every core has other
 * work. Whatever depends on the machine's speed fails sooner or later.
 */
async function repeat(count: number, mochaArgs: readonly string[]): Promise<void> {
  const load = Array.from({ length: availableParallelism() }, () => new Worker("for (;;);", { eval: true }));
  let failed = 0;
  for (let run = 1; run <= count; run += 1) {
    const began = Date.now();
    const mocha = [require.resolve("mocha/bin/mocha.js"), "--reporter", "dot", ...mochaArgs];
    const { status } = spawnSync(process.execPath, mocha, { stdio: "inherit" });
    if (status !== 0) failed += 1;
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`run ${run} of ${count}: ${status === 0 ? "passed" : "failed"} in ${seconds} s`);
  }
  await Promise.all(load.map((worker) => worker.terminate()));
  console.log(`unit tests on loaded cores: ${count} runs, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

const [count = "20", ...mochaArgs] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(count)) throw new Error(`${count}: the first argument is the number of runs`);
void repeat(Number(count), mochaArgs);
