import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { prefixer } from "../../../automation/commands/options/on-stacks";
import {
  chosenStacks,
  forStacks,
  renderOutcomes,
  type StackOutcome,
  worstOf,
} from "../../../automation/deploy/stacks";
import { FailedRunError } from "../../../automation/engine/run/failed-run";
import { PipelineError, StackBusyError, UsageError } from "../../../automation/errors";

const states = (outcomes: readonly StackOutcome[]) => outcomes.map(({ state }) => state);

describe("work on several stacks", () => {
  it("goes one by one in the order given, and stops at the first failure", async () => {
    const begun: string[] = [];
    const outcomes = await forStacks({ stacks: ["dev", "staging", "prod"] }, async (stack) => {
      begun.push(stack);
      if (stack === "staging") throw new PipelineError("no");
      return "1 create";
    });
    assert.deepEqual(begun, ["dev", "staging"]);
    assert.deepEqual(states(outcomes), ["done", "failed", "skipped"]);
  });

  it("stops where a question is answered with no", async () => {
    const outcomes = await forStacks({ stacks: ["dev", "prod"] }, async () => undefined);
    assert.deepEqual(states(outcomes), ["declined", "skipped"]);
    assert.equal(worstOf(outcomes), undefined);
  });

  it("keeps to its limit, ends what is in progress and begins nothing after a failure", async () => {
    let running = 0;
    let most = 0;
    const stacks = Array.from({ length: 9 }, (_, index) => `s${index}`);
    const outcomes = await forStacks({ stacks, parallel: 3 }, async (stack) => {
      running += 1;
      most = Math.max(most, running);
      if (stack !== "s3") await turn();
      running -= 1;
      if (stack === "s3") throw new Error("no");
      return "done";
    });
    assert.equal(most, 3);
    assert.deepEqual(states(outcomes).slice(0, 4), ["done", "done", "done", "failed"]);
    assert.deepEqual(states(outcomes).slice(-3), ["skipped", "skipped", "skipped"]);
  });

  it("begins nothing once it is cancelled", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const outcomes = await forStacks({ stacks: ["a", "b"], signal }, async () => {
      controller.abort();
      return "done";
    });
    assert.deepEqual(states(outcomes), ["done", "skipped"]);
    assert.equal(worstOf(outcomes)?.message, "not begun: b");
  });

  it("tells a stack that was cancelled from one that failed meanwhile, and names the first of many", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const failures = [{ resource: "bucket", message: "AccessDenied" }];
    const cancelled = [{ message: "update canceled" }];
    const stacks = Array.from({ length: 14 }, (_, index) => `s${index}`);
    const outcomes = await forStacks({ stacks, parallel: 2, signal }, async (stack) => {
      await turn();
      controller.abort();
      throw new FailedRunError("up was cancelled:", stack === "s0" ? failures : cancelled, []);
    });
    assert.deepEqual(states(outcomes).slice(0, 3), ["failed", "cancelled", "skipped"]);
    const worst = worstOf(outcomes);
    const rest = stacks.slice(2, 12).join(", ");
    assert.equal(worst?.message, `failed: s0; cancelled: s1; not begun: ${rest} and 2 more`);
    assert.ok(!(worst instanceof UsageError));
  });

  it("refuses an impossible number at a time", async () => {
    for (const parallel of [0, 1.5, Number.NaN, 33]) {
      await assert.rejects(
        forStacks({ stacks: ["a"], parallel }, async () => "done"),
        UsageError,
      );
    }
  });

  it("ends as the worst of them", async () => {
    const outcomes = (...errors: Error[]) =>
      forStacks({ stacks: errors.map((_, index) => `s${index}`), parallel: errors.length }, async (stack) => {
        throw errors[Number(stack.slice(1))];
      });
    const busy = new StackBusyError("busy");
    const misuse = new UsageError("fix");
    assert.ok(worstOf(await outcomes(busy)) instanceof StackBusyError);
    assert.ok(worstOf(await outcomes(busy, misuse)) instanceof UsageError);
    const worst = worstOf(await outcomes(busy, misuse, new PipelineError("no")));
    assert.ok(worst instanceof PipelineError && !(worst instanceof StackBusyError));
  });

  it("is summed up in a line for each", () => {
    const lines = renderOutcomes([
      { stack: "dev", state: "done", summary: "4 create; phase connected", seconds: 12 },
      { stack: "prod", state: "failed", summary: "up failed:\n  why", seconds: 3 },
    ]);
    assert.equal(lines, "dev   done       12 s  4 create; phase connected\nprod  failed      3 s  up failed");
    assert.equal(prefixer("dev")("one\ntwo\n"), "dev | one\ndev | two");
  });
});

describe("chosenStacks", () => {
  let dir: string;
  before(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "stacks-"));
    for (const stack of ["prod", "dev"]) await fs.writeFile(path.join(dir, `Pulumi.${stack}.yaml`), "");
  });
  after(() => fs.rm(dir, { recursive: true }));

  it("takes one, several in their order, or all in order of name", async () => {
    assert.deepEqual(await chosenStacks({ stack: "dev" }, dir), ["dev"]);
    assert.deepEqual(await chosenStacks({ stacks: "prod, dev" }, dir), ["prod", "dev"]);
    assert.deepEqual(await chosenStacks({ all: true }, dir), ["dev", "prod"]);
  });

  it("refuses none, two ways, a stack twice and one without settings", async () => {
    for (const [options, message] of [
      [{}, /--stack, --stacks or --all/],
      [{ stack: "dev", all: true }, /in one way/],
      [{ stacks: "dev,dev" }, /twice/],
      [{ stacks: "dev,staging" }, /"staging"; the stacks with settings are dev, prod/],
      [{ stacks: "" }, /no settings for ""/],
    ] as const) {
      await assert.rejects(chosenStacks(options, dir), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  it("names ten of many stacks, and how many more there are", async () => {
    const many = await fs.mkdtemp(path.join(os.tmpdir(), "many-stacks-"));
    const names = Array.from({ length: 12 }, (_, index) => `s${10 + index}`);
    for (const stack of names) await fs.writeFile(path.join(many, `Pulumi.${stack}.yaml`), "");
    const ten = names.slice(0, 10).join(", ");
    await assert.rejects(chosenStacks({ stacks: "other" }, many), {
      message: `--stacks: there are no settings for "other"; the stacks with settings are ${ten} and 2 more`,
    });
    await fs.rm(many, { recursive: true });
  });
});
