import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { isProduction } from "../../components/settings/production";

const github = path.join(__dirname, "../../.github");

/** Runs the step by which the workflows list the stacks, in a folder with these files. */
function listed(files: readonly string[], project = "name: pipeline\n", below = ".") {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "list-stacks-"));
  try {
    fs.mkdirSync(path.join(folder, below), { recursive: true });
    for (const file of files) fs.writeFileSync(path.join(folder, below, file), "");
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), project);
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(github, "list-stacks.js")], {
      cwd: folder,
      encoding: "utf8",
    });
    const outputs = stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), JSON.parse(line.slice(line.indexOf("=") + 1))]);
    return { status, stderr, ...Object.fromEntries(outputs) };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("the matrices of the workflows", () => {
  it("have every stack with a settings file, production apart as the settings have it", () => {
    const names = ["dev", "dev-eu", "developers", "prod", "sandbox", "sandbox-2", "staging", "team.a"];
    const found = listed([...names.map((name) => `Pulumi.${name}.yaml`), "Pulumi.yaml", "README.md"]);
    assert.deepEqual(found.all, names);
    assert.deepEqual(found.production, names.filter(isProduction));
    assert.deepEqual(
      found.development,
      names.filter((name) => !isProduction(name)),
    );
  });

  it("have the stacks of the folder that Pulumi.yaml names, each once, and none of a map `config`", () => {
    const files = ["Pulumi.Team-EU.yaml", "Pulumi.dev_1.yml", "Pulumi.dev_1.yaml"];
    for (const line of [
      "stackConfigDir: deploy/stacks # ours",
      'stackConfigDir: "deploy/stacks"',
      "config: deploy/stacks",
      "'stackConfigDir':   deploy/stacks",
    ]) {
      const found = listed(files, `name: pipeline\n${line}\nruntime: nodejs\n`, "deploy/stacks");
      assert.deepEqual([found.status, found.all], [0, ["Team-EU", "dev_1"]], found.stderr);
    }
    for (const map of ["\n  aws:region: us-east-1", " { aws:region: us-east-1 }"]) {
      assert.deepEqual(listed(files, `name: pipeline\nconfig:${map}\n`).all, ["Team-EU", "dev_1"]);
    }
    assert.deepEqual(listed([]).all, []);
  });

  it("take two hundred stacks, and refuse more than GitHub has jobs for", () => {
    const stacks = (count: number) =>
      Array.from({ length: count }, (_, at) => `Pulumi.team-${at + 1000}.yaml`);
    assert.equal(listed(stacks(200)).status, 0);
    assert.equal(listed(stacks(200)).all.length, 200);
    const refused = listed(stacks(257));
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /all: 257 stacks, and a matrix has 256 jobs at most; move some/);
  });

  for (const [file, jobs] of [
    ["deploy.yml", { preview: "all", "up-development": "development", up: "production" }],
    ["verify.yml", { verify: "all" }],
  ] as const) {
    it(`are those of ${file}`, () => {
      const workflow = parse(fs.readFileSync(path.join(github, "workflows", file), "utf8"));
      for (const [job, list] of Object.entries(jobs)) {
        assert.equal(
          workflow.jobs[job].strategy.matrix.stack,
          `\${{ fromJSON(needs.stacks.outputs.${list}) }}`,
        );
        assert.ok([workflow.jobs[job].needs].flat().includes("stacks"));
        // GitHub fails a matrix without a value, and 200 jobs at once exceed what its token may ask an hour.
        assert.ok(workflow.jobs[job].if.includes(`needs.stacks.outputs.${list} != '[]'`), job);
        assert.equal(workflow.jobs[job].strategy["max-parallel"], 8);
        assert.equal(workflow.jobs.stacks.outputs[list], `\${{ steps.stacks.outputs.${list} }}`);
      }
    });
  }
});
