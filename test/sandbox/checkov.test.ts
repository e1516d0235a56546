import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { checkovExceptions } from "../../automation/controls/checkov";
import type { Evident } from "../../automation/controls/evidence";
import { evaluatePrograms, type Programs } from "../controls/programs";
import { terraformPlan } from "../controls/terraform-plan";

const checkov = process.env.CHECKOV ?? "checkov";

describe("the program, to the checker checkov", function () {
  this.timeout(240_000);
  let programs: Programs;

  before(async function () {
    if (spawnSync(checkov, ["--version"]).status !== 0) {
      console.error(`skipped: ${checkov} does not run; CHECKOV names another`);
      this.skip();
    }
    programs = await evaluatePrograms();
  });

  it("has the findings that docs/controls.md accepts, and no other", async () => {
    const found = [...(await findings(programs.prod)), ...(await findings(programs.everything))];
    const accepted = checkovExceptions.flatMap(({ id, found: on }) => on.map((name) => `${id} ${name}`));
    assert.deepEqual([...new Set(found)].sort(), accepted.sort());
  });

  const losses: readonly [kind: string, check: string][] = [
    ["BucketPublicAccessBlock", "CKV2_AWS_6 pipeline_bucket"],
    ["BucketVersioning", "CKV_AWS_21 pipeline_bucket"],
    ["BucketLogging", "CKV_AWS_18 pipeline_bucket"],
    ["KeyPolicy", "CKV2_AWS_64 pipeline_key"],
  ];
  for (const [kind, finding] of losses) {
    it(`would have another without a ${kind}`, async () => {
      const less = programs.prod.filter(({ type }) => !type.endsWith(`:${kind}`));
      assert.ok(less.length < programs.prod.length);
      assert.ok((await findings(less)).includes(finding));
    });
  }
});

interface Report {
  readonly results: {
    readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[];
  };
  readonly summary: { readonly resource_count: number };
}

async function findings(resources: readonly Evident[]): Promise<string[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "checkov-"));
  try {
    const file = path.join(folder, "plan.json");
    const plan = await terraformPlan(resources);
    await fs.writeFile(file, JSON.stringify(plan));
    const options = [
      "--framework",
      "terraform_plan",
      "--compact",
      "--skip-download",
      "--soft-fail",
      "-o",
      "json",
    ];
    const { stdout } = await promisify(execFile)(checkov, ["-f", file, ...options], { maxBuffer: 2 ** 26 });
    const { results, summary } = JSON.parse(stdout) as Report;
    assert.equal(summary.resource_count, plan.resource_changes.length);
    return results.failed_checks.map(({ check_id: id, resource }) => `${id} ${resource.split(".")[1]}`);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
