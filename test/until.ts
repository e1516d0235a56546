import assert from "node:assert/strict";

// The clock of the machine, also while a test has stopped that of the code under test.
const { setTimeout: later } = globalThis;

/** Waits for what another process or the kernel does, as long as that takes on a machine with other work. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    assert.ok(tries < 2000, `40 s have passed without this: ${what}`);
    await new Promise((resolve) => later(resolve, 20));
  }
}
