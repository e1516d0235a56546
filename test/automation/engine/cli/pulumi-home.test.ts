import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { requireHome } from "../../../../automation/engine/cli/pulumi-home";
import { UsageError } from "../../../../automation/errors";
import { asNobody, onPosix } from "../../path-faults";

describe("Pulumi's home", () => {
  let dir: string;
  const home = (PULUMI_HOME: string) => asNobody(() => requireHome({ PULUMI_HOME }));

  before(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-home-"));
    await fs.chmod(dir, 0o755);
    await fs.mkdir(path.join(dir, "open"));
    await fs.chmod(path.join(dir, "open"), 0o777);
    await fs.mkdir(path.join(dir, "closed"), { mode: 0o500 });
    await fs.writeFile(path.join(dir, "file"), "");
  });
  after(() => fs.rm(dir, { recursive: true }));

  it("may be one that Pulumi is to create, and is not created before", async () => {
    await home(path.join(dir, "open", "acme", "pulumi"));
    assert.deepEqual(await fs.readdir(path.join(dir, "open")), []);
  });

  for (const [name, rule] of [
    ["file", "must not use a file as a folder"],
    ["file/pulumi", "must not use a file as a folder"],
    ...onPosix(
      ["closed", "must be accessible to this user"],
      ["closed/pulumi", "must be accessible to this user"],
    ),
  ] as const) {
    it(`is refused where it is ${name}`, () =>
      assert.rejects(home(path.join(dir, name)), (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(
          error.message,
          `PULUMI_HOME = ${JSON.stringify(path.join(dir, name))}: ${rule}; name a folder that you can write to`,
        );
        return true;
      }));
  }
});
