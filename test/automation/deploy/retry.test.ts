import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { untilFree } from "../../../automation/deploy/retry";
import { PipelineError, StackBusyError } from "../../../automation/errors";
import { settle, stopClock } from "../../clock";

describe("waiting while another update is in progress", () => {
  stopClock();

  const options = (leftMs: number, extra = {}) => ({
    timeToWait: { leftMs },
    onNote: () => undefined,
    onFree: async () => undefined,
    ...extra,
  });
  const busyFor = (times: number) => {
    let calls = 0;
    const run = async () => {
      calls += 1;
      if (calls <= times) throw new StackBusyError("held");
      return calls;
    };
    return { run, calls: () => calls };
  };

  it("is not done unless asked for", async () => {
    const { run, calls } = busyFor(1);
    await assert.rejects(untilFree(run, options(0)), StackBusyError);
    assert.equal(calls(), 1);
  });

  it("ends with the stack, and lets the caller look again before", async () => {
    const { run } = busyFor(1);
    let looked = 0;
    const onFree = async () => {
      looked += 1;
    };
    assert.equal(await settle(untilFree(run, options(5_000, { onFree }))), 2);
    assert.equal(looked, 1);
  });

  it("waits once more where the stack is taken while the caller looks again", async () => {
    const { run } = busyFor(1);
    let looked = 0;
    const onFree = async () => {
      looked += 1;
      if (looked === 1) throw new StackBusyError("taken again");
    };
    assert.equal(await settle(untilFree(run, options(20_000, { onFree }))), 2);
    assert.equal(looked, 2);
  });

  it("takes its pauses from one time to wait", async () => {
    const timeToWait = { leftMs: 100 };
    await assert.rejects(settle(untilFree(busyFor(1000).run, options(0, { timeToWait }))), StackBusyError);
    assert.equal(timeToWait.leftMs, 0);
    const { run, calls } = busyFor(1000);
    await assert.rejects(untilFree(run, options(0, { timeToWait })), StackBusyError);
    assert.equal(calls(), 1);
  });

  it("ends when its time is up", async () => {
    const { run, calls } = busyFor(1000);
    const start = Date.now();
    await assert.rejects(settle(untilFree(run, options(200))), StackBusyError);
    assert.equal(Date.now() - start, 200);
    assert.equal(calls(), 2);
  });

  it("counts what the attempts take, which may be more than the pauses", async () => {
    let calls = 0;
    const slow = async () => {
      calls += 1;
      // The first pause takes one second at least.
      if (calls > 1) await sleep(1_100);
      throw new StackBusyError("held");
    };
    const timeToWait = { leftMs: 2_000 };
    await assert.rejects(settle(untilFree(slow, options(0, { timeToWait }))), StackBusyError);
    assert.equal(calls, 2);
    assert.equal(timeToWait.leftMs, 0);
  });

  it("ends when it is cancelled", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const { run, calls } = busyFor(1000);
    const start = Date.now();
    const waiting = untilFree(run, options(60_000, { signal: controller.signal }));
    await assert.rejects(settle(waiting), StackBusyError);
    assert.equal(calls(), 1);
    assert.equal(Date.now() - start, 50);
  });

  it("is not for other failures", async () => {
    const run = async () => {
      throw new PipelineError("broken");
    };
    await assert.rejects(untilFree(run, options(60_000)), /broken/);
  });
});
