import assert from "node:assert/strict";
import { startInterrupts } from "../../../../automation/engine/run/interrupts";
import { elapse, stopClock } from "../../../clock";

describe("the engine's interrupts", () => {
  stopClock();

  /** How often the engine was interrupted, after so many milliseconds. */
  async function count(
    rules: Parameters<typeof startInterrupts>[0],
    ms: number,
    heard = () => false,
  ): Promise<{ sent: number; expired: number }> {
    const found = { sent: 0, expired: 0 };
    const interrupts = startInterrupts(rules, heard, () => {
      found.expired += 1;
    });
    interrupts.signal.addEventListener("abort", () => {
      found.sent += 1;
    });
    await elapse(ms);
    interrupts.stop();
    const { sent } = found;
    await elapse(10_000);
    assert.equal(found.sent, sent, "one came after the end");
    assert.equal(interrupts.expired, found.expired > 0);
    return found;
  }

  it("are none in time", async () => {
    assert.deepEqual(await count({ timeoutMs: 1000, graceMs: 10 }, 100), { sent: 0, expired: 0 });
  });

  it("are one at the deadline, and more once the grace is over", async () => {
    assert.deepEqual(await count({ timeoutMs: 50, graceMs: 1000 }, 300), { sent: 1, expired: 1 });
    assert.deepEqual(await count({ timeoutMs: 20, graceMs: 60 }, 150), { sent: 3, expired: 1 });
  });

  it("spare the first where the engine has heard the terminal", async () => {
    assert.deepEqual(await count({ timeoutMs: 50, graceMs: 1000 }, 300, () => true), { sent: 0, expired: 1 });
  });

  it("are one after the caller's signal, however often it comes", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    assert.deepEqual(await count({ signal: controller.signal }, 1800), { sent: 1, expired: 0 });
  });
});
