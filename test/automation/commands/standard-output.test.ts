import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { wholeCommandLine } from "../../../automation/cli";
import { nextByHand } from "../../../automation/commands/reconcile";
import { captured } from "./captured";

describe("--output - of a command that writes a file", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "output-"));
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(path.join(dir, "Pulumi.dev.yaml"), "config:\n  aws:region: us-east-1\n");
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  const typed = (command: string, ...options: readonly string[]) =>
    captured(async () => {
      const words = [command, "--stack", "dev", "--cwd", dir, ...options];
      await (await wholeCommandLine()).parseAsync(words, { from: "user" });
    });

  for (const [command, start, ...options] of [
    ["sql", /^-- Snowflake side of /, "--planned"],
    ["sql", /^version: 2\n/, "--planned", "--format", "dbt"],
    ["report", /^<!doctype html>/i],
  ] as const) {
    it(`prints what ${[command, ...options].join(" ")} would write, and writes no file`, async () => {
      // The first run chooses an external id, and says so.
      const file = path.join(dir, "written");
      assert.equal((await typed(command, ...options, "--output", file)).error, undefined);
      const before = process.cwd();
      process.chdir(dir);
      try {
        const { out, err, error } = await typed(command, ...options, "--output", "-");
        assert.equal(error, undefined);
        assert.match(out, start);
        assert.equal(out.length, (await fs.readFile(file, "utf8")).length);
        assert.doesNotMatch(err, /wrote -/);
      } finally {
        process.chdir(before);
      }
      assert.deepEqual((await fs.readdir(dir)).sort(), ["Pulumi.dev.yaml", "Pulumi.yaml", "written"]);
    });
  }
});

describe("what reconcile says beside the printed query", () => {
  it("asks for JSON where several statements answer", () => {
    assert.match(nextByHand(100, "dev").join("\n"), /as JSON or CSV.*\n.* --file FILE$/);
    const many = nextByHand(101, "dev").join("\n");
    assert.match(many, /snow sql --filename FILE --format json > answers\.json\n.* --file answers\.json$/);
    assert.doesNotMatch(many, /CSV/);
  });
});
