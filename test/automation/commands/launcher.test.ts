import * as assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exitCodeOf, wholeCommandLine } from "../../../automation/cli";
import { typedFor } from "../../../automation/command-line";
import { bin, version } from "../../../package.json";
import { fixtureProject } from "../../fixtures/project";
import { captured } from "./captured";

const root = path.join(__dirname, "..", "..", "..");

describe("the command of package.json", () => {
  const [[name, file] = []] = Object.entries(bin);
  assert.ok(name !== undefined && file !== undefined);

  afterEach(() => typedFor(undefined));

  const typed = (...words: readonly string[]) =>
    captured(async () => void (await (await wholeCommandLine()).parseAsync(words, { from: "user" })));

  it("runs by a link from another folder, and its help prints what can be typed", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "launcher-"));
    try {
      const link = path.join(folder, name);
      fs.symlinkSync(path.join(root, file), link);
      const { status, stdout } = spawnSync(process.execPath, [link, "--help"], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: ${name} \\[options\\] \\[command\\]`));
      assert.match((await typed("plan", "--help")).out, /--stack <name>[^()]+\(required\)\n +-C, --cwd/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("prints the version of package.json", async () => {
    const { out, error } = await typed("--version");
    assert.equal(out, `${version}\n`);
    assert.equal(exitCodeOf(error), 0);
  });

  it("is printed with the folder that was typed, so that what it prints can be typed too", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "our $HOME's "));
    try {
      fs.cpSync(fixtureProject, folder, { recursive: true });
      const { out } = await typed("plan", "--stack", "dev", "--cwd", folder);
      const [, next = ""] = out.split("\nNext\n");
      const commands = next.split("\n").filter((line) => line.startsWith("  npm run pipeline -- "));
      assert.equal(commands.length, 4, out);
      for (const line of commands) {
        const [, typed = ""] = / --cwd ('.*?') --/.exec(line) ?? [];
        assert.equal(execFileSync("sh", ["-c", `printf %s ${typed}`], { encoding: "utf8" }), folder);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("exits with 1 and one line where the disk of its output is full", function () {
    if (!fs.existsSync("/dev/full")) this.skip();
    const full = fs.openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, file), "--help"], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    fs.closeSync(full);
    assert.equal(status, 1);
    assert.match(stderr, /^standard output cannot be written: ENOSPC: .*\n$/);
  });

  it("exits with 2 and one line for an option that does not exist", async () => {
    const { err, error } = await typed("plan", "--stack", "dev", "--nope");
    assert.equal(exitCodeOf(error), 2);
    assert.match(err, /^error: unknown option '--nope'\n$/);
  });
});
