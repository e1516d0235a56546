import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { Readable } from "node:stream";
import { filesSql } from "../../automation/reconcile/files-sql";
import { readFilesAnswer } from "../../automation/reconcile/known-files";
import { bucketListOf } from "../../automation/reconcile/list-source";
import { reconcile } from "../../automation/reconcile/reconciliation";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { needSnow, RealSnow, utf16 } from "./real-snow";

const HOUR_MS = 3_600_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const folder = "braintrust/stream-0/";
const good = `${folder}good & {{ x }}.jsonl`;
const broken = `${folder}<% broken %>.jsonl`;
const lost = `${folder}it's lost \u{1F600}.jsonl`;
const archived = `${folder}archived.jsonl`;
const content: Readonly<Record<string, string>> = {
  [good]: '{"id":"a"}\n',
  [broken]: '{"id":',
  [lost]: '{"id":"b"}\n',
  [archived]: '{"id":"c"}\n',
};
const expected = { [good]: "loaded", [broken]: "failed", [lost]: "skipped", [archived]: "archived" };

const timeOf = (url: string) => (url.endsWith(archived) ? now - 72 * HOUR_MS : now - 10 * HOUR_MS);
const entries = Object.entries(content).map(([key, text]) => ({
  bucket: "exports",
  key,
  size: text.length,
  last_modified_date: new Date(timeOf(key)).toISOString(),
  storage_class: key === archived ? "GLACIER" : "STANDARD",
}));
const inventory = "s3://inventories/daily/exports/all";

/** What another team has in the account, and the loading role may read. */
const lake = [
  "CREATE DATABASE lake",
  "CREATE SCHEMA lake.meta",
  "CREATE STAGE lake.meta.inventories URL = 's3://inventories/daily/'",
  'CREATE TABLE lake.meta."live objects" (key VARCHAR)',
  "GRANT USAGE ON STAGE lake.meta.inventories TO ROLE loader",
  'GRANT SELECT ON TABLE lake.meta."live objects" TO ROLE loader',
];

describe("lists of the bucket that Snowflake reads, asked by the Snowflake CLI itself", function () {
  this.timeout(120_000);
  const outputs = { ...sampleOutputs({ snowflake: { schema: '"braintrust logs"' } }), stack: "dev" };
  let snow: RealSnow;
  let folderOfSql: string;
  /** Objects of the buckets that Snowflake reads, by their URLs. */
  const objects = new Map(Object.entries(content).map(([key, text]) => [`s3://exports/${key}`, text]));
  const unseen = new Set([lost, archived].map((key) => `s3://exports/${key}`));

  before(async function () {
    needSnow(this);
    folderOfSql = await fs.mkdtemp(path.join(os.tmpdir(), "files-"));
    const yes = () => true;
    const files = async (url: string) =>
      [...objects]
        .filter(([each]) => each.startsWith(url) && !unseen.has(each))
        .map(([each, text]) => ({ url: each, modified: timeOf(each), read: async () => Buffer.from(text) }));
    snow = await RealSnow.connect({ assumes: yes, subscribes: yes, knowsKey: yes, files });
    snow.account.ignoresCase = true;
    await snow.runByHand(snowflakeSql(outputs, "setup") + snowflakeSql(outputs, "load"));
    // No event names them, and a list has them all the same.
    unseen.clear();
    await snow.byHand(...lake);
    snow.account.rows.set('"LAKE"."META"."live objects"', [...entries, { ...entries[0], bucket: "other" }]);
    objects.set(`${inventory}/data/a.parquet`, JSON.stringify(entries.slice(0, 1)));
    objects.set(`${inventory}/data/b.parquet`, JSON.stringify(entries.slice(1)));
    objects.set(
      `${inventory}/data/old.parquet`,
      JSON.stringify([{ ...entries[0], key: `${folder}gone.jsonl` }]),
    );
    for (const [run, at, names] of [
      ["2026-11-20T01-00Z", now - 200 * HOUR_MS, ["old"]],
      ["2026-11-27T01-00Z", now - HOUR_MS / 60, ["a", "b"]],
    ] as const) {
      const manifest = {
        creationTimestamp: `${at}`,
        files: names.map((name) => ({ key: `daily/exports/all/data/${name}.parquet` })),
      };
      objects.set(`${inventory}/${run}/manifest.json`, JSON.stringify(manifest));
    }
  });
  after(async () => {
    await snow?.remove();
    if (folderOfSql !== undefined) await fs.rm(folderOfSql, { recursive: true });
  });

  for (const [source, accountUsage, form, writer] of [
    ["directory", false, "json"],
    ["directory", true, "csv", "PowerShell's >"],
    ["@lake.meta.inventories/exports/all", false, "json_ext"],
    ['LAKE."META"."live objects"', true, "json"],
  ] as const) {
    it(`name each file by ${source}${accountUsage ? " and a year of history" : ""}, as ${form}${writer ? ` by ${writer}` : ""}`, async () => {
      const file = path.join(folderOfSql, "files.sql");
      await fs.writeFile(file, filesSql(outputs, { list: bucketListOf(source), accountUsage }));
      const printed = await snow.run(file, "--format", form);
      const saved = writer === undefined ? printed : utf16(printed);
      const found = new Map<string, string>();
      await reconcile({
        outputs,
        s3: { listObjectsV2: () => assert.fail("lists by S3") },
        answer: await readFilesAnswer(Readable.from([saved])),
        maxAge: 2 * HOUR_MS,
        archiveRule: { afterDays: 2, fromBytes: 1 },
        onFile: ({ key, state }) => void found.set(key, state),
      });
      assert.deepEqual(Object.fromEntries(found), expected);
    });
  }
});
