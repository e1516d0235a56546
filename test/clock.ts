import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

/** Smaller than any pause or limit that a test looks at. */
const STEP_MS = 10;
const LONGEST_MS = 10 * 60_000;

/** Stops timers and dates for each test of the suite, so that none depends on how busy the machine is. */
export function stopClock(): void {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 0, 1) }));
  afterEach(() => mock.timers.reset());
}

/** Lets time pass on a stopped clock, step by step: what a timer ends may set the next one. */
export async function elapse(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
    await turn();
    mock.timers.tick(Math.min(STEP_MS, milliseconds - passed));
  }
  await turn();
}

/** Lets time pass on a stopped clock until the work has ended, and no longer. */
export async function settle<Result>(work: Promise<Result>): Promise<Result> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  for (let passed = 0; !ended; passed += STEP_MS) {
    assert.ok(passed < LONGEST_MS, "the work has not ended in ten minutes");
    await elapse(STEP_MS);
  }
  return work;
}
