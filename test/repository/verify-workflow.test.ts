import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { renderReport } from "../../automation/reconcile/report";
import { fileStates } from "../../automation/reconcile/states";

const file = path.join(__dirname, "../../.github/workflows/verify.yml");
const workflow = z.object({
  jobs: z.object({
    verify: z.object({
      steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })),
    }),
  }),
});

/** What a step adds to the summary of its run, in a folder with this file. */
function summaryOf(name: string, input: Readonly<Record<string, string>>): string {
  const { jobs } = workflow.parse(parse(fs.readFileSync(file, "utf8")));
  const script = jobs.verify.steps.find((step) => step.name === name)?.run;
  assert.ok(script !== undefined, name);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "summary-"));
  try {
    for (const [each, text] of Object.entries(input)) fs.writeFileSync(path.join(folder, each), text);
    const summary = path.join(folder, "summary.md");
    // GitHub's default for `run`. docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
    const { status, stderr } = spawnSync("bash", ["-e", "-c", script], {
      cwd: folder,
      env: { ...process.env, GITHUB_STEP_SUMMARY: summary },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return fs.readFileSync(summary, "utf8");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("the summary of verify.yml", () => {
  it("names the files that are missing, and shows names that others chose as text", () => {
    const none = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<
      (typeof fileStates)[number],
      number
    >;
    const key = "raw/logs/```\n# all is well ![](https://example.com/x.png) <img src=x>.jsonl";
    const text = renderReport(
      "prod",
      [{ stream: "logs", counts: { ...none, loaded: 4, skipped: 1 } }],
      [{ stream: "logs", key, state: "skipped" }],
    );
    const summary = summaryOf("summary of reconcile", { "reconcile.txt": `${text}\n` });
    const [, ...lines] = summary.split("\n");
    assert.match(summary, /^```\nStack prod:/);
    assert.match(summary, /^skipped .*:\n {2}raw\/logs\/'''\\n# all is well /m);
    assert.equal(lines.filter((line) => line.includes("`")).join(), "```");
    assert.match(summary, /\n```\n$/);
  });
});
