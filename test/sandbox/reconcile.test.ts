import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PipelineOutputs, up } from "../../automation";
import { type ReconcileCommandOptions, reconcile } from "../../automation/commands/reconcile";
import { report } from "../../automation/commands/report";
import { PipelineError } from "../../automation/errors";
import { accountOfArn } from "../../automation/plan/arn-names";
import { filesSql } from "../../automation/reconcile/files-sql";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { captured } from "../automation/commands/captured";
import { execute, needFakesnow } from "../snowflake/executor";
import { type SandboxStack, useSandbox } from "./harness";

const names = {
  first: "2026-11-01/first.jsonl",
  lost: "dt=2026-11-02/hour=03/it's lost \u{1F600}.jsonl",
  broken: "2026-11-01/broken.jsonl",
  archived: "2026-11-01/archived.jsonl",
  empty: "2026-11-01/empty.jsonl",
};
const content: Readonly<Record<keyof typeof names, string>> = {
  first: '{"id":"a"}\n{"id":"b"}\n',
  lost: '{"id":"c"}\n',
  broken: '{"id":"d"}\n{"id":',
  archived: '{"id":"e"}\n',
  empty: "",
};

/** Fakesnow has no S3: a folder holds what the bucket does. */
describe("reconcile, over a bucket and the SQL executed", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let outputs: PipelineOutputs;
  let folder: string;

  before(async function () {
    needFakesnow(this);
    stack = await sandbox.stack("reconciled", { events: { mode: "snowflake-queue" } });
    ({ outputs } = await up(stack.options));
    folder = path.join(stack.target.workDir, "bucket");
    for (const name of Object.keys(names) as (keyof typeof names)[]) {
      const file = path.join(folder, keyOf(name));
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, content[name]);
      await stack.clients().s3.putObject({
        Bucket: outputs.bucketName,
        Key: keyOf(name),
        Body: content[name],
        ...(name === "archived" ? { StorageClass: "GLACIER" as const } : {}),
      });
    }
    // Longer than a file may wait here.
    await sleep(2000);
  });

  const keyOf = (name: keyof typeof names) =>
    (outputs.streams[0]?.url ?? "").replace(`s3://${outputs.bucketName}/`, "") + names[name];

  /** What Snowflake has and answers after these statements. */
  async function answer(more: readonly string[]) {
    const { database, schema } = outputs.snowflake;
    const table = outputs.streams[0]?.table ?? "";
    const { steps, answers } = execute({
      bucket: folder,
      lost: [keyOf("lost")],
      archived: [keyOf("archived")],
      tables: [[database, schema, table].map((name) => name.toUpperCase())],
      steps: [snowflakeSql(outputs, "setup"), snowflakeSql(outputs, "load"), ...more, filesSql(outputs)],
    });
    const file = path.join(stack.target.workDir, "answer.json");
    await fs.writeFile(file, JSON.stringify([[{ status: "ok" }], answers.at(-1)]));
    return { file, rows: steps.at(-1)?.rows[table.toUpperCase()] };
  }

  const run = (options: Partial<ReconcileCommandOptions>) =>
    captured(() =>
      reconcile({ stack: stack.target.stack, cwd: stack.target.workDir, maxAge: 0.0003, ...options }),
    );

  async function bad(file: string) {
    const { out, error } = await run({ file, json: true });
    const { files } = JSON.parse(out) as { files: { key: string; state: string }[] };
    const states = Object.fromEntries(files.map(({ key, state }) => [key, state]));
    return { error, states };
  }

  it("names the lost, the broken and the archived file, and its SQL loads the lost one once", async () => {
    const before = await answer([]);
    const expected = {
      [keyOf("first")]: "loaded",
      [keyOf("broken")]: "failed",
      [keyOf("archived")]: "archived",
      [keyOf("empty")]: "ignored",
    };
    const found = await bad(before.file);
    assert.deepEqual(found.states, { ...expected, [keyOf("lost")]: "skipped" });
    assert.ok(found.error instanceof PipelineError);
    assert.match(found.error.message, /2 files are missing/);

    const { out: sql, err: report, error } = await run({ file: before.file, load: true });
    assert.equal(error, undefined);
    assert.match(report, /skipped .*:\n.*it's lost/);
    const after = await answer([sql, sql, snowflakeSql(outputs, "load")]);
    assert.ok(Array.isArray(after.rows));
    assert.equal(after.rows.length, 3);
    assert.deepEqual((await bad(after.file)).states, { ...expected, [keyOf("lost")]: "loaded" });
    assert.equal((await run({ file: after.file, maxMissing: 1 })).error, undefined);
  });

  it("stands in the report of the live stack, beside its checks, its status and the age of its newest file", async () => {
    const { file } = await answer([]);
    const output = path.join(stack.target.workDir, "report.html");
    const { stack: name, workDir: cwd } = stack.target;
    const { error } = await captured(() => report({ stack: name, cwd, output, live: true, file }));
    assert.equal(error, undefined);
    const page = (await fs.readFile(output, "utf8")).replaceAll(/<[^>]*>/g, " ");
    const account = accountOfArn(outputs.braintrustRoleArn);
    assert.match(page, new RegExp(`Account +${account} .*Bucket +${outputs.bucketName} `, "s"));
    assert.match(page, /The deployed stack.*Drift +ok +None/s);
    assert.match(page, /\d{2,} passed, 0 failed/);
    assert.match(page, /logs.*s3:\/\/\S+.*\d h old: \S+.*Files: [^.]*1 archived/s);
  });
});
