import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { wholeCommandLine } from "../../../automation/cli";
import { UsageError } from "../../../automation/errors";
import { asNobody, onPosix } from "../path-faults";
import { captured } from "./captured";

describe("sql --planned", () => {
  let dir: string;
  let file: string;

  beforeEach(async () => {
    // Loaded before nobody runs it.
    await wholeCommandLine();
    await import("../../../automation/commands/sql");
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "sql-"));
    file = path.join(dir, "Pulumi.dev.yaml");
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(file, "config:\n  aws:region: us-east-1\n");
    await fs.mkdir(path.join(dir, "locked"), { mode: 0o755 });
    // A command that went too far could write here.
    await fs.chmod(dir, 0o777);
    await fs.chmod(file, 0o666);
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  const sql = (option: string, place: string) =>
    captured(async () => {
      const typed = ["sql", "--stack", "dev", "--cwd", dir, "--planned", option, path.join(dir, place)];
      await (await wholeCommandLine()).parseAsync(typed, { from: "user" });
    });

  it("chooses no external id where Snowflake does not read buckets of the partition", async () => {
    await fs.writeFile(file, "config:\n  aws:region: eusc-de-east-1\n");
    const { out, error } = await sql("--output", "setup.sql");
    assert.match(String(error), /partition aws-eusc/);
    assert.equal(out, "");
    assert.equal(await fs.readFile(file, "utf8"), "config:\n  aws:region: eusc-de-east-1\n");
    assert.ok(!(await fs.readdir(dir)).includes("setup.sql"));
  });

  it("writes an external id only where the SQL has one", async () => {
    const typed = ["sql", "--stack", "dev", "--cwd", dir, "--planned", "--part"];
    const part = (name: string) =>
      captured(async () => {
        await (await wholeCommandLine()).parseAsync([...typed, name], { from: "user" });
      });
    const before = await fs.readFile(file, "utf8");
    for (const name of ["objects", "load", "check"]) {
      const { out, error } = await part(name);
      assert.equal(error, undefined);
      assert.match(out, /^-- Snowflake side/);
      assert.equal(await fs.readFile(file, "utf8"), before, name);
    }
    const { out } = await part("admin");
    const [, id = "none"] = /externalId: (\S+)/.exec(await fs.readFile(file, "utf8")) ?? [];
    assert.ok(out.includes(`STORAGE_AWS_EXTERNAL_ID = '${id}'`));
  });

  for (const [name] of onPosix(["/dev/null"] as const)) {
    it("leaves the mode of a device as it is", async () => {
      const { mode } = await fs.stat(name);
      try {
        const { error } = await sql("--output", path.relative(dir, name));
        assert.equal(error, undefined);
        assert.equal((await fs.stat(name)).mode, mode);
      } finally {
        if ((await fs.stat(name)).mode !== mode) await fs.chmod(name, mode & 0o777);
      }
    });
  }

  for (const [title, rule, option, place] of [
    ["a file that lies in no folder", /must exist/, "--output", "missing/setup.sql"],
    ["a folder for a file", /must be a file, not a folder/, "--output", "."],
    ["a file below a file", /must not use a file as a folder/, "--output", "Pulumi.yaml/setup.sql"],
    ["a folder that holds files", /must not hold files yet/, "--output-dir", "."],
    ["a folder below a file", /must not use a file as a folder/, "--output-dir", "Pulumi.yaml/sql"],
    ...onPosix(
      ["a file that this user may not create", /must be accessible/, "--output", "locked/setup.sql"] as const,
      ["a folder that this user may not create", /must be accessible/, "--output-dir", "locked/sql"] as const,
      ["a folder that this user may not fill", /must be accessible/, "--output-dir", "locked"] as const,
    ),
  ] as const) {
    it(`chooses no external id where it is to write ${title}`, async () => {
      const before = await fs.readFile(file, "utf8");
      const { out, error } = await asNobody(() => sql(option, place));
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, new RegExp(`^${option} = ".*": ${rule.source}.*; name a `));
      assert.equal(out, "");
      assert.equal(await fs.readFile(file, "utf8"), before);
      assert.deepEqual((await fs.readdir(dir, { recursive: true })).sort(), [
        "Pulumi.dev.yaml",
        "Pulumi.yaml",
        "locked",
      ]);
    });
  }
});
