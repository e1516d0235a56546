import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

/** A Python that has others' readers and writers of Snowflake's texts. */
const python = process.env.SQLGLOT_PYTHON ?? "python3";

/** Folder of the programs that came with its packages, `snow` among them. */
export const pythonPrograms = path.dirname(python);

/** Skips what needs a package that is not there, and says so. */
export function needModule(test: Mocha.Context, name: string): void {
  if (spawnSync(python, ["-c", `import ${name}`]).status === 0) return;
  console.error(`skipped: ${python} has no ${name}; SQLGLOT_PYTHON names another Python`);
  test.skip();
}

/** Gives a script of this folder `input` and returns what it writes, both JSON. Fails where it does. */
export function runPython(script: string, args: readonly string[], input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, script), ...args], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
