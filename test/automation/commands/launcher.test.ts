import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bin } from "../../../package.json";

const root = path.join(__dirname, "..", "..", "..");

describe("the command of package.json", () => {
  const [[name, file] = []] = Object.entries(bin);
  assert.ok(name !== undefined && file !== undefined);

  it("runs by a link from another folder, and its help prints what can be typed", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "launcher-"));
    try {
      const link = path.join(folder, name);
      fs.symlinkSync(path.join(root, file), link);
      const { status, stdout } = spawnSync(process.execPath, [link, "up", "--help"], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: ${name} up \\[options\\]`));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("exits with 2 and one line for an option that does not exist", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [path.join(root, file), "plan", "--stack", "dev", "--nope"],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    assert.equal(status, 2);
    assert.match(stderr, /^error: unknown option '--nope'\n/);
  });
});
