import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
}

const workflow = parse(fs.readFileSync(path.join(__dirname, "../../.github/workflows/deploy.yml"), "utf8"));
const steps: readonly Step[] = workflow.jobs.preview.steps;
const at = (wanted: (step: Step) => boolean) => steps.findIndex(wanted);
const comment = steps.find(({ name }) => name?.includes("comment")) ?? assert.fail("no step comments");

/** GitHub's comments as a file, a line of JSON each; as much of `gh api` as the step calls. */
const GH = `#!/usr/bin/env node
const fs = require("node:fs");
const args = process.argv.slice(2);
const known = fs.readFileSync("comments", "utf8").split("\\n").filter(Boolean).map((line) => JSON.parse(line));
const method = args[args.indexOf("--method") + 1];
const jq = /startswith\\(\\"(.*?)\\"\\)/.exec(args.join(" ").replaceAll("\\\\", ""));
if (!args.includes("--method")) {
  for (const { id, login, body } of known)
    if (login === "github-actions[bot]" && body.startsWith(jq[1])) console.log(id);
} else {
  const body = fs.readFileSync(args.at(-1).replace("body=@", ""), "utf8");
  const url = args.find((arg) => arg.startsWith("repos/"));
  const id = method === "PATCH" ? Number(url.split("/").at(-1)) : known.length + 1;
  const next = [...known.filter((each) => each.id !== id), { id, login: "github-actions[bot]", body }];
  fs.writeFileSync("comments", next.map((each) => JSON.stringify(each)).join("\\n"));
}
`;

/** Runs the step as GitHub does, after pushes with these previews. */
function commentsAfter(pushes: readonly { stack: string; preview: string; outcome: string }[], others = "") {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "preview-comment-"));
  try {
    fs.writeFileSync(path.join(folder, "gh"), GH, { mode: 0o755 });
    fs.writeFileSync(path.join(folder, "comments"), others);
    for (const [push, { stack, preview, outcome }] of pushes.entries()) {
      fs.writeFileSync(path.join(folder, "preview.txt"), preview);
      const { status, stderr } = spawnSync("bash", ["-e", "-c", comment.run ?? ""], {
        cwd: folder,
        encoding: "utf8",
        env: {
          PATH: `${folder}${path.delimiter}${process.env.PATH}`,
          STACK: stack,
          OUTCOME: outcome,
          PULL_REQUEST: "7",
          GITHUB_REPOSITORY: "zoetrope/data",
          REPORT_URL: `https://github.test/artifacts/${push}`,
        },
      });
      assert.equal(status, 0, stderr);
    }
    const lines = fs.readFileSync(path.join(folder, "comments"), "utf8").split("\n").filter(Boolean);
    return lines.map((line): { id: number; login: string; body: string } => JSON.parse(line));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("the comment of a preview", () => {
  it("is one for each stack, with the page of the last push", () => {
    const success = { outcome: "success" };
    const found = commentsAfter([
      { ...success, stack: "dev", preview: "+ 3 to create" },
      { ...success, stack: "dev-eu", preview: "+ 4 to create" },
      { ...success, stack: "dev", preview: "~ 1 to update" },
    ]);
    assert.equal(found.length, 2);
    const dev = found.find(({ body }) => body.includes("`dev`"))?.body ?? assert.fail();
    assert.match(dev, /~ 1 to update/);
    assert.match(dev, /artifacts\/2\)/);
    assert.doesNotMatch(dev, /3 to create/);
  });

  it("leaves the comments of people alone that quote it", () => {
    const quote = JSON.stringify({ id: 1, login: "a-person", body: "<!-- preview of dev --> really?" });
    const found = commentsAfter([{ stack: "dev", preview: "", outcome: "success" }], quote);
    assert.deepEqual(
      found.map(({ login }) => login),
      ["a-person", "github-actions[bot]"],
    );
  });

  it("is below GitHub's 65536 characters", () => {
    const [found] = commentsAfter([{ stack: "dev", preview: "x".repeat(200_000), outcome: "success" }]);
    assert.ok((found?.body.length ?? 0) < 65_536);
  });

  it("and the page are there where the preview fails, and say so", () => {
    const upload = at(({ uses }) => uses?.startsWith("actions/upload-artifact@") ?? false);
    const preview = at(({ run }) => run?.includes(" preview --stack ") ?? false);
    assert.ok(upload > 0 && upload < preview);
    assert.match(comment.if ?? "", /!cancelled\(\)/);
    const [found] = commentsAfter([{ stack: "dev", preview: "", outcome: "failure" }]);
    assert.match(found?.body ?? "", /`dev`: failure/);
  });
});
