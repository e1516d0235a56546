import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { commandLine, pulumiLine, typedFor } from "../../automation/command-line";
import { projectDir } from "../../automation/project/stack-file";

describe("commands that are printed", () => {
  afterEach(() => typedFor(undefined));

  it("name the folder of the command that was typed, as a shell takes it", () => {
    typedFor("/srv/acme's data");
    const printed = [commandLine("up", "acme-eu", " --create"), pulumiLine("cancel", "acme-eu", " --yes")];
    const arguments_ = printed.map((line) =>
      execFileSync("sh", ["-c", `npm() { printf '%s\\n' "$@"; }; pulumi() { npm "$@"; }; ${line}`], {
        encoding: "utf8",
      }).trim(),
    );
    assert.deepEqual(arguments_, [
      "run\npipeline\n--\nup\n--stack\nacme-eu\n--cwd\n/srv/acme's data\n--create",
      "cancel\n--stack\nacme-eu\n--cwd\n/srv/acme's data\n--yes",
    ]);
  });

  it("come from one place, which knows the folder", () => {
    const folder = path.join(projectDir, "automation");
    const sources = readdirSync(folder, { encoding: "utf8", recursive: true }).filter((file) =>
      file.endsWith(".ts"),
    );
    const elsewhere = sources.filter(
      (file) =>
        file !== "command-line.ts" &&
        /--stack \$\{(?!stack\}: )/.test(readFileSync(path.join(folder, file), "utf8")),
    );
    assert.ok(sources.includes("command-line.ts"));
    assert.deepEqual(elsewhere, []);
  });
});
