import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { filesSql } from "../../automation/reconcile/files-sql";
import { parseAnswers } from "../../automation/snowflake/answers/answers";
import { runSnow } from "../../automation/snowflake/handshake/snow";
import { type SqlPart, snowflakeSqlFiles } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { isWhole } from "../turn";
import { execute, needFakesnow } from "./executor";
import { needSnow, RealSnow } from "./real-snow";

/** A thousand take minutes. */
const count = isWhole() ? 1_000 : 101;
const outputs = { ...sampleOutputs({ streams: count }), stack: "dev" };
const textsOf = (part: SqlPart) => snowflakeSqlFiles(outputs, part).map(({ text }) => text);
const files = Math.ceil(count / 100);
const row = '{"id":"a"}\n';

describe(`the SQL of ${count} streams in ${files} files`, function () {
  this.timeout(900_000);

  it("sets up, loads and checks all of them by the Snowflake CLI itself, and resumes at the file that failed", async function () {
    needSnow(this);
    const yes = () => true;
    const snow = await RealSnow.connect({
      assumes: yes,
      subscribes: yes,
      knowsKey: yes,
      files: async (url) => [
        { url: `${url}a.jsonl`, modified: Date.UTC(2026, 10, 1), read: async () => Buffer.from(row) },
      ],
    });
    try {
      const run = (text: string) => runSnow(text, { environment: snow.environment });
      const runAll = async (texts: readonly string[]) => {
        let last = "";
        for (const text of texts) last = await run(text);
        return parseAnswers(last);
      };
      const { storageIntegration } = await runAll(textsOf("setup"));
      assert.equal(storageIntegration?.STORAGE_AWS_IAM_USER_ARN, snow.account.storageUser);
      assert.equal(snow.account.all("STAGE").length, count);

      const [first = "", ...others] = textsOf("load");
      const broken = others.at(-1)?.replace(/^SHOW PIPES/m, "SHOW NOTHING") ?? "";
      await assert.rejects(runAll([first, ...others.slice(0, -1), broken]), /SHOW NOTHING/);
      const { pipes } = await runAll(others.slice(-1));
      assert.equal(pipes.length, count);
      assert.deepEqual(new Set(pipes.map(({ notificationChannel }) => notificationChannel)).size, 1);

      const checked = await Promise.resolve(textsOf("check"));
      const rows: Record<string, unknown>[] = [];
      for (const text of checked) rows.push(...JSON.parse(await run(text)).flat());
      const loaded = rows.filter(({ ROWS_LOADED_TWICE }) => ROWS_LOADED_TWICE === 0);
      assert.equal(loaded.length, count);
      assert.ok(loaded.every(({ ROWS_LOADED }) => ROWS_LOADED === 1));
    } finally {
      await snow.remove();
    }
  });

  it("loads each file once where it is executed, and tells reconcile of all of them", async function () {
    needFakesnow(this);
    const bucket = await fs.mkdtemp(path.join(os.tmpdir(), "bucket-"));
    try {
      const streams = [0, 99, 100, count - 1];
      for (const { name } of outputs.streams) {
        await fs.mkdir(path.join(bucket, "braintrust", name), { recursive: true });
      }
      for (const index of streams) {
        await fs.writeFile(path.join(bucket, `braintrust/stream-${index}/a.jsonl`), row);
      }
      const steps = [...textsOf("setup"), ...textsOf("load"), ...textsOf("load"), ...textsOf("check")];
      const tables = [...streams, 1].map((index) => ["ANALYTICS", "BRAINTRUST", `LOGS_${index}`]);
      const done = execute({ bucket, tables, steps: [...steps, filesSql(outputs)] });
      assert.deepEqual(
        done.steps.map(({ failure }) => failure),
        [...steps, ""].map(() => null),
      );
      const rows = Object.values(done.steps.at(-1)?.rows ?? {}).map((found) => found?.length);
      assert.deepEqual(rows, [...new Set(streams)].map(() => 1).concat(0));
      const known = done.answers.flat();
      assert.equal(known.filter(({ FILE }) => FILE === "").length, count);
      assert.deepEqual(
        known.flatMap(({ FILE }) => (FILE === "" ? [] : [FILE])),
        [...new Set(streams)].map((index) => `braintrust/stream-${index}/a.jsonl`).sort(),
      );
      assert.equal(done.answers.length, 2 * files);
    } finally {
      await fs.rm(bucket, { recursive: true });
    }
  });
});
