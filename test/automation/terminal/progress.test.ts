import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { Look } from "../../../automation/terminal/layout";
import {
  type ProgressEvent,
  type ProgressStep,
  progressPrinter,
} from "../../../automation/terminal/progress";

const step = { kind: "step", operation: "create", resource: "s3.Bucket a" } as const;
const events: readonly ProgressEvent[] = [
  { kind: "note", message: "up of stack" },
  { ...step, state: "started", done: 0, total: 2 },
  { ...step, state: "done", done: 1, total: 2 },
  { kind: "diagnostic", severity: "warning", message: "slow" },
  { kind: "diagnostic", severity: "error", message: "denied", resource: "a" },
  { ...step, state: "failed", done: 1 },
];
const slow = { seconds: 55, why: "the provider waits" };
const lifecycle: ProgressStep = {
  ...step,
  resource: "s3.Lifecycle b",
  state: "started",
  done: 1,
  total: 3,
  slow,
};

describe("progressPrinter", () => {
  let clock: number;
  let ticks: (() => void)[];
  let cleared: number;
  const { setInterval, clearInterval } = globalThis;

  beforeEach(() => {
    clock = 0;
    ticks = [];
    cleared = 0;
    globalThis.setInterval = ((tick: () => void) => {
      ticks.push(tick);
      return { unref: () => undefined };
    }) as unknown as typeof setInterval;
    globalThis.clearInterval = ((timer: unknown) => {
      if (timer !== undefined) cleared += 1;
    }) as typeof clearInterval;
  });
  afterEach(() => {
    Object.assign(globalThis, { setInterval, clearInterval });
  });

  function printer(canDraw: boolean, look?: Look) {
    const lines: string[] = [];
    const draw = canDraw ? (line: string) => lines.push(`in place: ${line}`) : undefined;
    const print = progressPrinter({ write: (text) => lines.push(text), draw, look }, () => 1000 * clock);
    return { lines, print };
  }

  function shown(canDraw: boolean, look?: Look): string[] {
    const { lines, print } = printer(canDraw, look);
    for (const event of events) {
      if (event.kind === "step") clock += 1;
      print(event);
    }
    return lines;
  }

  it("writes a line for each step that is done or has failed, where no line can change in place", () => {
    assert.deepEqual(shown(false), [
      "up of stack\n",
      "[1/2 2s] create s3.Bucket a\n",
      "warning: slow\n",
      "[1 3s] create s3.Bucket a: failed\n",
    ]);
  });

  it("changes a line in place for each step that begins or is done, and writes what stays", () => {
    assert.deepEqual(shown(true), [
      "up of stack\n",
      "in place: [0/2 1s] create (0s) s3.Bucket a",
      "in place: [1/2 2s] create s3.Bucket a",
      "warning: slow\n",
      "[1 3s] create s3.Bucket a: failed\n",
    ]);
  });

  it("colours severities and failures, and changes no text by it", () => {
    const coloured = shown(false, { color: true, width: 80 });
    assert.ok(coloured.includes("\u001b[33mwarning\u001b[39m: slow\n"));
    clock = 0;
    assert.deepEqual(coloured.map(stripVTControlCharacters), shown(false));
  });

  it("keeps the indentation of a list, and indents what it wraps below", () => {
    const { lines, print } = printer(false, { color: false, width: 30 });
    print({
      kind: "note",
      message: "  ~ update iam.Role reader (a, policy)\n  + create s3.Bucket b\n2 changes",
    });
    assert.deepEqual(lines, [
      "  ~ update iam.Role reader\n    (a, policy)\n  + create s3.Bucket b\n2 changes\n",
    ]);
  });

  it("counts by kind of change where there are several", () => {
    const { lines, print } = printer(false);
    const byKind = [
      { operation: "create", done: 3, total: 8 },
      { operation: "update", done: 1, total: 2 },
    ];
    print({ ...step, state: "done", done: 4, total: 10, byKind });
    print({ ...step, state: "done", done: 4, total: 8, byKind: byKind.slice(0, 1) });
    assert.deepEqual(lines, [
      "[3/8 create, 1/2 update, 0s] create s3.Bucket a\n",
      "[4/8 0s] create s3.Bucket a\n",
    ]);
  });

  it("says once of a kind of change why it takes long, before it is done", () => {
    const { lines, print } = printer(false);
    print(lifecycle);
    print({ ...lifecycle, resource: "s3.Lifecycle c" });
    print({ ...lifecycle, operation: "update" });
    assert.deepEqual(lines, [
      "create s3.Lifecycle takes about 55 s: the provider waits\n",
      "update s3.Lifecycle takes about 55 s: the provider waits\n",
    ]);
    const narrow = printer(true, { color: false, width: 40 });
    narrow.print(lifecycle);
    assert.equal(narrow.lines[0], "create s3.Lifecycle takes about 55 s:\n  the provider waits\n");
  });

  it("shows each second what has been in progress longest, for how long, and how much else is", () => {
    const { lines, print } = printer(true);
    print({ ...lifecycle, slow: undefined });
    clock = 2;
    print({ ...step, state: "started", done: 1, total: 3 });
    clock = 40;
    lines.length = 0;
    for (const tick of ticks) tick();
    assert.deepEqual(lines, ["in place: [1/3 40s] create (40s, 1 more in progress) s3.Lifecycle b"]);
    print({ ...step, state: "done", done: 2, total: 3 });
    print({ ...lifecycle, operation: "update" });
    print({ ...lifecycle, slow: undefined, state: "done", done: 3 });
    clock = 47;
    lines.length = 0;
    for (const tick of ticks) tick();
    assert.deepEqual(lines, ["in place: [3/3 47s] update (7s of about 55s) s3.Lifecycle b"]);
  });

  it("writes a line a minute about a wait, where no line can change in place", () => {
    const { lines, print } = printer(false);
    print({ ...lifecycle, slow: undefined });
    for (clock = 1; clock <= 125; clock += 1) for (const tick of ticks) tick();
    assert.deepEqual(lines, [
      "[1/3 60s] create (60s) s3.Lifecycle b\n",
      "[1/3 120s] create (120s) s3.Lifecycle b\n",
    ]);
  });

  it("shows work without steps by its name, and nothing once it has ended, whatever was left in progress", () => {
    const { lines, print } = printer(true);
    print({ kind: "note", message: "preview of stack", run: "started" });
    clock = 4;
    for (const tick of ticks) tick();
    print({ ...step, state: "started", done: 0 });
    print({ kind: "note", message: "ended: preview of stack", run: "ended" });
    assert.deepEqual(lines, [
      "preview of stack\n",
      "in place: [4s] preview of stack",
      "in place: [0 4s] create (0s) s3.Bucket a",
    ]);
    assert.deepEqual([ticks.length, cleared], [1, 1]);
  });

  it("writes no line for brief steps that are done, where no line can change in place", () => {
    const { lines, print } = printer(false);
    print({ ...step, state: "done", done: 1, brief: true });
    print({ ...step, state: "failed", done: 1, brief: true });
    assert.deepEqual(lines, ["[1 0s] create s3.Bucket a: failed\n"]);
  });
});
