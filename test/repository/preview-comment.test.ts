import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { lossReport } from "../../automation/deploy/losses";
import { misuse, remark, renderNote } from "../../automation/deploy/preflight/finding";
import { type Change, renderChanges } from "../../automation/engine/changes";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: { readonly name?: string; readonly pattern?: string };
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const root = path.join(__dirname, "../..");
const jobsOf = (folder: string): Readonly<Record<string, Job>> =>
  parse(fs.readFileSync(path.join(root, folder, ".github/workflows/deploy.yml"), "utf8")).jobs;
const { preview: previewJob, comment: commentJob } = jobsOf("");
const stepOf = (job: Job | undefined, wanted: RegExp) =>
  job?.steps.find(({ name }) => wanted.test(name ?? "")) ?? assert.fail(`no step ${wanted}`);
const RUN_URL = "https://github.test/zoetrope/data/actions/runs/31";

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

interface Previewed {
  readonly outcome?: string;
  readonly changes?: string;
  readonly notes?: string;
  readonly page?: string;
}
/** A push: its stacks; undefined where the job did not come to the preview. */
type Push = Readonly<Record<string, Previewed | undefined>>;

const {
  commentOf,
}: { commentOf(folder: string, stacks: readonly string[], runUrl: string): string } = require(
  path.join(root, ".github/preview-comment.js"),
);

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "preview-comment-"));
  try {
    return work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Writes what the jobs of a push upload, as `download-artifact` merges it: a folder for each stack. */
function write(folder: string, push: Push): void {
  for (const [at, [stack, previewed]] of Object.entries(push).entries()) {
    if (previewed === undefined) continue;
    const { outcome = "success", changes = "", notes = "", page = `${RUN_URL}/artifacts/${at}` } = previewed;
    fs.mkdirSync(path.join(folder, stack), { recursive: true });
    for (const [name, text] of Object.entries({
      outcome: `${outcome}\n`,
      changes,
      notes,
      page: `${page}\n`,
    })) {
      fs.writeFileSync(path.join(folder, stack, `${name}.txt`), text);
    }
  }
}

const bodyOf = (push: Push) =>
  inFolder((folder) => {
    write(folder, push);
    return commentOf(folder, Object.keys(push), RUN_URL);
  });

/** GitHub's comments after these pushes: runs the step as GitHub does. */
const commentsAfter = (pushes: readonly Push[], others = "") =>
  inFolder((folder) => {
    fs.cpSync(path.join(root, ".github"), path.join(folder, ".github"), { recursive: true });
    fs.writeFileSync(path.join(folder, "gh"), GH, { mode: 0o755 });
    fs.writeFileSync(path.join(folder, "comments"), others);
    for (const push of pushes) {
      fs.rmSync(path.join(folder, "previews"), { recursive: true, force: true });
      write(path.join(folder, "previews"), push);
      run(folder, stepOf(commentJob, /the comment/), {
        STACKS: JSON.stringify(Object.keys(push)),
        PULL_REQUEST: "7",
        GITHUB_REPOSITORY: "zoetrope/data",
        RUN_URL,
      });
    }
    const lines = fs.readFileSync(path.join(folder, "comments"), "utf8").split("\n").filter(Boolean);
    return lines.map((line): { id: number; login: string; body: string } => JSON.parse(line));
  });

/** Runs a step's script in a folder, with what is there before anything else. */
function run(folder: string, { run: script = "" }: Step, env: Readonly<Record<string, string>>): void {
  const { status, stderr } = spawnSync("bash", ["-e", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${folder}${path.delimiter}${process.env.PATH}`, ...env },
  });
  assert.equal(status, 0, stderr);
}

const change = (operation: Change["operation"], name: string): Change => ({
  operation,
  urn: `urn:pulumi:prod::braintrust-snowflake::aws:s3/bucket:Bucket::${name}`,
  type: "aws:s3/bucket:Bucket",
  name,
  properties: [],
});
const unchanged = { changes: renderChanges([]) };

describe("the comment with the previews", () => {
  it("is one, whatever the number of stacks, and of the last push", () => {
    const first = { dev: { changes: renderChanges([change("create", "three")]) } };
    const second = { dev: unchanged, prod: { changes: renderChanges([change("update", "one")]) } };
    const [found, ...others] = commentsAfter([first, second]);
    assert.equal(others.length, 0);
    const body = found?.body ?? assert.fail("no comment");
    assert.match(body, /\| `prod` \| previewed \| 1 update \| {2}\| \[page\]\(\S+\/artifacts\/1\) \|/);
    assert.match(body, /\| `dev` \| previewed \| no changes \|/);
    assert.match(body, /<details><summary><code>prod<\/code><\/summary>\n\n```text\n {2}~ update/);
    assert.doesNotMatch(body, /three/);
  });

  it("has of one stack the preview and the page, without a table", () => {
    const body = bodyOf({
      "dev-eu": { changes: "  + create s3.Bucket three\n1 create", notes: "preview" },
    });
    assert.match(body, /^Preview of `dev-eu`: previewed\. \[A page for reviewers\]\(\S+\/artifacts\/0\)$/m);
    assert.match(body, /```text\npreview\n {2}\+ create s3\.Bucket three\n1 create\n```/);
    assert.doesNotMatch(body, /\||details/);
  });

  it("counts what the pre-flight checks find, and names first what fails and what loses data", () => {
    const removed = change("replace", "pipeline-bucket");
    const lost = lossReport("b-lost", { losses: [removed], lost: [], protectedUrns: [] });
    const notes = [misuse("too large", "shorten it"), misuse("late", "wait"), remark("old", "renew")].map(
      renderNote,
    );
    const body = bodyOf({
      "a-same": unchanged,
      "a-noted": { ...unchanged, notes: notes.join("\n") },
      "b-lost": { changes: renderChanges([removed]), notes: `preview of stack "b-lost"\n${lost}` },
      "c-failed": { outcome: "failure", notes: 'error: stack "c-failed" is busy' },
      "d-not": undefined,
    });
    const rows = [...body.matchAll(/^\| `(.*?)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map(
      ([, ...cells]) => cells,
    );
    assert.deepEqual(
      rows.map(([name, outcome, changes, findings]) => [name, outcome, changes, findings]),
      [
        ["c-failed", "**failed**", "", "1 error"],
        ["d-not", "**not previewed**", "", ""],
        ["b-lost", "previewed", "1 replace", "**loses data**"],
        ["a-noted", "previewed", "no changes", "2 warnings, 1 note"],
        ["a-same", "previewed", "no changes", ""],
      ],
    );
    assert.match(body, /1 \*\*failed\*\*, 1 \*\*not previewed\*\*, 3 previewed, in this \[run\]/);
    assert.deepEqual(
      [...body.matchAll(/<code>(.*?)<\/code>/g)].map(([, name]) => name),
      ["c-failed", "b-lost", "a-noted"],
    );
    assert.match(body, /pipeline-bucket: loses its objects/);
  });

  it("says of one stack that fails why, and of one without a preview where to look", () => {
    const failed = bodyOf({ dev: { outcome: "failure", notes: "bucketName: must be shorter" } });
    assert.match(failed, /`dev`: \*\*failed\*\*[\s\S]*must be shorter/);
    assert.match(bodyOf({ dev: undefined }), /`dev`: \*\*not previewed\*\*\. See this \[run\]/);
    assert.match(commentJob?.if ?? "", /!cancelled\(\)/);
  });

  for (const [count, lines] of [
    [1, 9000],
    [2, 5000],
    [200, 3],
    [200, 400],
    [256, 40],
  ] as const) {
    it(`of ${count} stacks with ${lines} changes each is as long as GitHub takes, and says what is left out`, () => {
      const changes = renderChanges(
        Array.from({ length: lines }, (_, at) => change("create", `bucket-${at}-ü😀`)),
      );
      const names = Array.from({ length: count }, (_, at) => `team-${at}-production-eu-central-1`);
      const body = bodyOf(Object.fromEntries(names.map((name) => [name, { changes }])));
      assert.ok(body.length <= 65_536, `${body.length} characters`);
      assert.ok(lines === 3 || body.length > 50_000, `${body.length} characters`);
      const listed = names.filter((name) => body.includes(`\`${name}\``)).length;
      const left = Number(/(\d+) more stacks? left out: see this/.exec(body)?.[1] ?? 0);
      assert.equal(listed + left, count);
      const folded = body.match(/<details>/g)?.length ?? 0;
      const unfolded = Number(/Details of (\d+) more stacks? left out/.exec(body)?.[1] ?? 0);
      if (count > 1) assert.equal(folded + unfolded, listed);
      // Each block of code is closed, and where it is cut the reader learns where the rest is.
      assert.equal(body.match(/^```/gm)?.length, 2 * Math.max(folded, 1));
      const cut = body.match(
        /^[\d,]+ characters? left out: see the artifact `preview of team-\S+` of this \[run\]/gm,
      );
      assert.equal(cut?.length ?? 0, lines > 3 ? Math.max(folded, 1) : 0);
      assert.doesNotMatch(body, /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    });
  }

  it("shows names that others chose as text, and links to its own run alone", () => {
    const key = "a\n```\n# all is well ![](https://example.com/x.png) </details>\n1 create";
    const page = "https://example.com/artifacts/1";
    const body = bodyOf({ dev: { changes: key, page }, "x|`y": undefined });
    assert.match(body, /\n````text\na\n```\n# all is well .*\n1 create\n````\n/);
    assert.match(body, /\| `x\?\?y` \|/);
    assert.doesNotMatch(body, /\]\(https:\/\/example\.com\/artifacts/);
  });

  it("leaves the comments of people alone that quote it", () => {
    const quote = JSON.stringify({
      id: 1,
      login: "a-person",
      body: "<!-- previews of this pull request --> why?",
    });
    const found = commentsAfter([{ dev: unchanged }], quote);
    assert.deepEqual(
      found.map(({ login }) => login),
      ["a-person", "github-actions[bot]"],
    );
  });

  it("has what the job of a stack prints and writes", () => {
    inFolder((folder) => {
      const npm = '#!/bin/sh\necho "no changes"\necho "note: $*" >&2\n';
      fs.writeFileSync(path.join(folder, "npm"), npm, { mode: 0o755 });
      const env = { STACK: "dev", POLICY_PACK: "policy" };
      run(folder, previewJob?.steps.find(({ id }) => id === "preview") ?? assert.fail(), env);
      const page = { OUTCOME: "failure", REPORT_URL: `${RUN_URL}/artifacts/5` };
      run(folder, stepOf(previewJob, /what the comment says/), { ...env, ...page });
      const body = commentOf(path.join(folder, "preview"), ["dev"], RUN_URL);
      assert.match(body, /`dev`: \*\*failed\*\*\. \[A page for reviewers\]\(\S+\/artifacts\/5\)\n/);
      assert.match(body, /^note: .*preview --stack dev --policy-pack policy\nno changes\n```$/m);
    });
  });

  it("reads what the job of each stack uploads, also where the preview fails, and the page before it", () => {
    const steps = previewJob?.steps ?? [];
    const uploads = steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    const names = uploads.map((step) => step.with?.name?.replace(/\$\{\{ matrix\.stack \}\}/, "dev"));
    assert.deepEqual(names, ["report of dev", "preview of dev"]);
    const preview = steps.findIndex(({ run }) => run?.includes(" preview --stack "));
    const [page = 0, texts = 0] = uploads.map((step) => steps.indexOf(step));
    assert.ok(page < preview && preview < texts);
    assert.match(uploads[1]?.if ?? "", /!cancelled\(\)/);
    assert.ok(commentJob?.steps.some((step) => step.with?.pattern === "preview of *"));
  });
});

describe("the permission to comment", () => {
  it("has only the job that comments, which gets no token of AWS and no secret", () => {
    const commenting = Object.entries(jobsOf("")).filter(
      ([, { permissions }]) => permissions?.["pull-requests"],
    );
    assert.deepEqual(
      commenting.map(([name, { permissions }]) => [name, permissions]),
      [["comment", { contents: "read", "pull-requests": "write" }]],
    );
    assert.doesNotMatch(JSON.stringify(commentJob), /secrets\./);
  });

  it("has in a project of the template only the job of pull requests, none of a fork", () => {
    const { preview, ...others } = jobsOf("template");
    assert.equal(preview?.permissions?.["pull-requests"], "write");
    assert.match(
      preview?.if ?? "",
      /^github\.event_name == 'pull_request' && .*head\.repo\.full_name == github\.repository$/,
    );
    for (const job of Object.values(others)) {
      assert.equal(job.permissions?.["pull-requests"], undefined);
      assert.equal(job.if, "github.event_name == 'push'");
    }
  });
});
