import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";

const zizmor = process.env.ZIZMOR ?? "zizmor";
const actionlint = process.env.ACTIONLINT ?? "actionlint";
/** Ours, and that of a project of the template. */
const folders = ["", "template"].map((project) => path.join(projectDir, project, ".github/workflows"));

/** A judge of workflows, and what it must find in each that was made worse. */
const judges = [
  {
    name: "zizmor",
    command: zizmor,
    // Of the registry it asks nothing, and of a mutable tag it needs nothing: both are in the file.
    options: ["--offline", "--no-progress", "--persona", "pedantic", "--format", "plain"],
    worse: [
      [/ {8}with:\n {10}persist-credentials: false\n/, "", "artipacked"],
      [/actions\/checkout@[\da-f]{40} # v5\.0\.0/, "actions/checkout@v5", "unpinned-uses"],
      [/"\$STACK" --yes/, `$\{{ github.head_ref }} --yes`, "template-injection"],
      [/permissions:\n {2}contents: read/, "permissions: write-all", "excessive-permissions"],
    ],
  },
  {
    name: "actionlint",
    command: actionlint,
    options: ["-no-color", "-shellcheck=", "-pyflakes="],
    worse: [
      [/needs: \[check, /, "needs: [nothing, ", "job-needs"],
      [/matrix\.stack/, "matrix.stak", "expression"],
    ],
  },
] as const;

for (const { name, command, options, worse } of judges) {
  describe(`the workflows, to ${name}`, () => {
    before(function () {
      if (spawnSync(command, ["--version"]).status === 0) return;
      console.error(`skipped: ${command} does not run; ${name.toUpperCase()} names another`);
      this.skip();
    });

    const judged = async (change: (text: string) => string) => {
      const folder = await fs.mkdtemp(path.join(os.tmpdir(), "workflows-"));
      try {
        const paths: string[] = [];
        for (const workflows of folders) {
          for (const file of await fs.readdir(workflows)) {
            const text = await fs.readFile(path.join(workflows, file), "utf8");
            paths.push(path.join(folder, `${paths.length}-${file}`));
            await fs.writeFile(paths.at(-1) ?? "", change(text));
          }
        }
        assert.ok(paths.length >= 3);
        const { status, stdout, stderr } = spawnSync(command, [...options, ...paths], { encoding: "utf8" });
        return { status, said: stdout + stderr };
      } finally {
        await fs.rm(folder, { recursive: true, force: true });
      }
    };

    it("have no finding", async () => {
      const { status, said } = await judged((text) => text);
      assert.equal(status, 0, said);
    });

    for (const [good, bad, finding] of worse) {
      it(`would have ${finding}`, async () => {
        let changed = 0;
        const { status, said } = await judged((text) => {
          const next = text.replace(good, bad);
          changed += next === text ? 0 : 1;
          return next;
        });
        assert.ok(changed > 0, "the workflows lack what this changes");
        assert.ok(status !== 0 && said.includes(finding), said);
      });
    }
  });
}
