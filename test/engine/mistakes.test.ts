import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withVariable } from "../automation/commands/captured";
import { filledIn, TestProject } from "./harness";
import { needNodeHost } from "./node-host";
import type { Ended } from "./processes";

describe("a mistake in the program", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  const NODE_OPTIONS = `--require ${path.join(__dirname, "mistake.cjs")}`;

  /** Whether the trace is there and names the function that fails; a callback's has no other frame of the program. */
  function assertTraced({ code, stdout, stderr }: Ended): void {
    const said = stdout + stderr;
    assert.notEqual(code, 0, said);
    assert.match(said, /TypeError: Cannot read properties of undefined \(reading 'mistaken'\)\n +at fail \(/);
  }

  /** Whether the trace names the line of the TypeScript source that calls what fails. */
  function assertMapped({ stdout, stderr }: Ended): void {
    const said = stdout + stderr;
    const [, file = "", line] = /at new ExportPipeline \((.*\.ts):(\d+):\d+\)/.exec(said) ?? [];
    assert.match(
      fs.readFileSync(file, "utf8").split("\n")[Number(line) - 1] ?? "",
      /registerOutputs\(/,
      said,
    );
  }

  it("shows its trace and asks for a report, where the command line runs it", async () => {
    const ended = await project.run(["up", "--create", "--yes"], { NODE_OPTIONS });
    assertTraced(ended);
    assertMapped(ended);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^preview of stack "dev" failed:$/m);
    assert.match(
      ended.stderr,
      /This is a mistake in this program, and not in your settings\. Please report it/,
    );
  });

  it("shows its trace where it comes late, in an output's callback", async () => {
    const ended = await project.run(["preview"], { NODE_OPTIONS, MISTAKE: "late" });
    assertTraced(ended);
  });

  it("shows its trace where no engine runs it, in a plan", async () => {
    const ended = await project.run(["plan"], { NODE_OPTIONS });
    assertTraced(ended);
    assertMapped(ended);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /This is a mistake in this program/);
  });

  for (const late of [undefined, "late"]) {
    it(`shows its trace under \`pulumi\` itself${late ? ", also in an output's callback" : ""}`, async function () {
      await needNodeHost(this);
      if (late === undefined) await project.linkProgram();
      const { ended } = await withVariable("NODE_OPTIONS", NODE_OPTIONS, () =>
        withVariable("MISTAKE", late, async () => project.startPulumi("preview", "--stack", "dev")),
      );
      assertTraced(await ended);
      if (late === undefined) assertMapped(await ended);
    });
  }
});

describe("--debug", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  it("shows the engine's log of every operation, with times and without values", async () => {
    const { code, stderr } = await project.run(["up", "--create", "--yes", "--debug"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Pulumi \d+\.\d+\.\d+ at /m);
    const time = String.raw`^engine \d\d:\d\d:\d\d\.\d{3}: `;
    assert.match(stderr, new RegExp(`${time}create aws:s3/bucket:Bucket pipeline-bucket begins$`, "m"));
    assert.match(stderr, new RegExp(`${time}create aws:s3/bucket:Bucket pipeline-bucket ends$`, "m"));
    assert.match(stderr, new RegExp(`${time}ends after \\d+ s: {.*"create":`, "m"));
  });

  it("shows the trace of an error that is no mistake, and what caused it", async () => {
    const { code, stderr } = await project.run(["preview", "--cwd", "/dev/null"], {
      DEBUG: "other,braintrust-snowflake",
    });
    assert.equal(code, 2);
    assert.match(stderr, /^UsageError: --cwd = /m);
    assert.match(stderr, /^ {4}at .*automation\/.*\.ts:\d+:\d+/m);
    assert.match(stderr, /^caused by: Error: ENOTDIR/m);
    assert.doesNotMatch(stderr, /mistake in this program/);
  });
});
