import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { wholeCommandLine } from "../../../automation/cli";
import { completionScript } from "../../../automation/commands/completion";

const BIN = "braintrust-snowflake";

/** What each shell offers for a line that ends where the cursor is. */
const shells: Record<string, (script: string, words: readonly string[]) => string[]> = {
  bash: (script, words) => {
    const line = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _braintrust_snowflake; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines("bash", ["-c", line, "bash", ...words]);
  },
  fish: (script, words) =>
    lines("fish", ["--no-config", "-c", `${script}\ncomplete -C ${JSON.stringify(words.join(" "))}`]).map(
      (line) => line.split("\t")[0] ?? "",
    ),
};

let folder: string;

function lines(shell: string, args: readonly string[]): string[] {
  // bash's `compopt` speaks of a completion in progress, and warns outside of one.
  const { stdout, error } = spawnSync(shell, args, { cwd: folder, encoding: "utf8" });
  assert.equal(error, undefined);
  return stdout.split("\n").filter(Boolean);
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).status === 0;
}

describe("completion", () => {
  let program: Awaited<ReturnType<typeof wholeCommandLine>>;

  before(async () => {
    program = await wholeCommandLine();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "completion-"));
    for (const stack of ["acme-eu", "acme-us", "other"]) {
      fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "");
    }
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "");
    fs.mkdirSync(path.join(folder, "answers"));
  });

  after(() => fs.rmSync(folder, { recursive: true }));

  for (const [shell, offered] of Object.entries(shells)) {
    if (!isInstalled(shell)) continue;
    const complete = (...words: string[]) =>
      offered(completionScript(program, shell), [BIN, ...words]).sort();

    describe(shell, () => {
      it("offers the commands that begin with what is typed", () => {
        assert.deepEqual(complete("re"), ["reconcile", "recover", "refresh", "report"]);
      });
      it("offers the stacks that have a settings file", () => {
        assert.deepEqual(complete("up", "--stack", "acme"), ["acme-eu", "acme-us"]);
        assert.deepEqual(complete("verify", "-s", "o"), ["other"]);
      });
      it("offers the options of the command, and no hidden one", () => {
        assert.deepEqual(complete("rotate-keys", "--un"), ["--until-unused"]);
        assert.deepEqual(complete("braintrust", "--ap"), ["--api-url"]);
      });
      it("offers the values of an option", () => {
        assert.deepEqual(complete("init", "--stack", "new", "--format", "p"), ["parquet"]);
      });
      it("offers folders for --cwd", () => {
        assert.deepEqual(
          complete("plan", "--cwd", "ans").map((name) => name.replace(/\/$/, "")),
          ["answers"],
        );
      });
    });
  }

  if (isInstalled("zsh")) {
    it("zsh: is taken by its completion system", () => {
      const script = path.join(folder, "_script");
      fs.writeFileSync(script, completionScript(program, "zsh"));
      const taken = lines("zsh", [
        ...["-f", "-c"],
        `autoload -Uz compinit; compinit -u -d ${folder}/dump; source ${script}; print $_comps[${BIN}]`,
      ]);
      assert.deepEqual(taken, ["_braintrust_snowflake"]);
    });
  }

  it("refuses a shell without a script", () => {
    assert.throws(
      () => completionScript(program, "tcsh"),
      /^UsageError: completion "tcsh": the shell must be one of bash, zsh, fish$/,
    );
  });
});
