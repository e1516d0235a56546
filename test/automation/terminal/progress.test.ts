import assert from "node:assert/strict";
import { type ProgressEvent, progressPrinter } from "../../../automation/terminal/progress";

const step = { kind: "step", operation: "create", resource: "s3.Bucket a" } as const;
const events: readonly ProgressEvent[] = [
  { kind: "note", message: "up of stack" },
  { ...step, state: "started", done: 0, total: 2 },
  { ...step, state: "done", done: 1, total: 2 },
  { kind: "diagnostic", severity: "warning", message: "slow" },
  { kind: "diagnostic", severity: "error", message: "denied", resource: "a" },
  { ...step, state: "failed", done: 1 },
];

describe("progressPrinter", () => {
  function shown(canDraw: boolean): string[] {
    const lines: string[] = [];
    let seconds = 0;
    const draw = (line: string) => lines.push(`in place: ${line}`);
    const print = progressPrinter(
      { write: (text) => lines.push(text), draw: canDraw ? draw : undefined },
      () => 1000 * seconds++,
    );
    for (const event of events) print(event);
    return lines;
  }

  it("writes a line for each step that is done or has failed, where no line can change in place", () => {
    assert.deepEqual(shown(false), [
      "up of stack\n",
      "[1/2 2s] create s3.Bucket a\n",
      "warning: slow\n",
      "error: a: denied\n",
      "[1 3s] create s3.Bucket a: failed\n",
    ]);
  });

  it("changes a line in place for each step that begins or is done, and writes what stays", () => {
    assert.deepEqual(shown(true), [
      "up of stack\n",
      "in place: [0/2 1s] create s3.Bucket a",
      "in place: [1/2 2s] create s3.Bucket a",
      "warning: slow\n",
      "error: a: denied\n",
      "[1 3s] create s3.Bucket a: failed\n",
    ]);
  });
});
