import assert from "node:assert/strict";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { needPseudoTerminal, PseudoTerminal } from "../automation/terminal/pseudo-terminal";
import { filledIn, TestProject } from "./harness";

describe("on a terminal of 80 columns", () => {
  let project: TestProject;

  before(async function () {
    needPseudoTerminal(this as unknown as Mocha.Context);
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project?.remove());

  function start(command: string, ...options: readonly string[]): PseudoTerminal {
    const cli = path.join(projectDir, "automation", "cli.ts");
    const stack = ["--stack", project.stack, "--cwd", project.dir];
    return new PseudoTerminal(
      [process.execPath, "-r", "ts-node/register", cli, command, ...stack, ...options],
      { columns: 80, cwd: projectDir, environment: project.environment },
    );
  }

  it("an update shows its progress in a row of its own, and leaves none of it", async () => {
    const terminal = start("up", "--create", "--skip-preflight");
    await terminal.shows((line) => line.includes("Apply these changes"));
    terminal.type("y");
    await terminal.shows((line) => /^\[\d+\/\d+ \d+s\] create /.test(line));
    assert.equal(await terminal.ended(), 0);
    const lines = terminal.lines();
    assert.deepEqual(
      lines.filter((line) => /\[\d+(\/\d+)? \d+s\]/.test(line)),
      [],
    );
    assert.deepEqual(terminal.wrapped, []);
    assert.match(lines.at(-1) ?? "", /^stack "dev": \d+ create; phase awaiting-channel$/);
    assert.ok(lines.includes('up of stack "dev"'), lines.join("\n"));
  });

  it("a destruction that fails half-way leaves a row for each failure and for the error", async () => {
    project.world.setFaults({
      operation: "delete",
      name: "pipeline-bucket-policy",
      error: "AccessDenied: no",
    });
    const terminal = start("destroy", "--yes");
    assert.equal(await terminal.ended(), 1);
    const progress = terminal.lines().filter((line) => /\[\d+(\/\d+)? \d+s\]/.test(line));
    assert.ok(progress.length > 0, terminal.lines().join("\n"));
    for (const line of progress)
      assert.match(line, /^\[\d+\/\d+ \d+s\] delete s3\.BucketPolicy pipeline-bucket-policy: failed$/);
    assert.deepEqual(terminal.wrapped, []);
  });
});
