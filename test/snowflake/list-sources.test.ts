import assert from "node:assert/strict";
import * as path from "node:path";
import { Readable } from "node:stream";
import { filesSql } from "../../automation/reconcile/files-sql";
import { readFilesAnswer } from "../../automation/reconcile/known-files";
import { bucketListOf } from "../../automation/reconcile/list-source";
import { reconcile } from "../../automation/reconcile/reconciliation";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { Bucket } from "./bucket";
import { execute, needFakesnow, type Order } from "./executor";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const folder = "braintrust/stream-0/";
const lost = `${folder}dt=2026-11-02/it's "lost" \u{1F600} & <% x %>.jsonl`;
const archived = `${folder}archived.jsonl`;
const removed = `${folder}removed.jsonl`;
const newest = `${folder}z-newest.jsonl`;
const content: Readonly<Record<string, string>> = {
  [`${folder}2026-11-01/first.jsonl`]: '{"id":"a"}\n{"id":"b"}\n',
  [`${folder}2026-11-01/\uFFFD.jsonl`]: '{"id":"c"}\n',
  [`${folder}2026-11-01/empty.jsonl`]: "",
  [lost]: '{"id":"d"}\n',
  [`${folder}broken.jsonl`]: '{"id":"f"}\n{"id":',
  [archived]: '{"id":"g"}\n',
  [newest]: '{"id":"h"}\n',
  "braintrust/stream-1/one.jsonl": '{"id":"h"}\n',
  "elsewhere/other.jsonl": '{"id":"x"}\n',
};
const expected = [
  [`${folder}2026-11-01/empty.jsonl`, "ignored"],
  [archived, "archived"],
  [`${folder}broken.jsonl`, "failed"],
  [lost, "skipped"],
];

describe("lists of the bucket that Snowflake reads", () => {
  const outputs = { ...sampleOutputs({ streams: 2 }), stack: "dev" };
  const now = Math.floor(Date.now() / 1000) * 1000;
  let bucket: Bucket;

  before(function () {
    needFakesnow(this);
  });
  beforeEach(async () => {
    bucket = await Bucket.create([archived]);
    for (const [key, text] of Object.entries(content)) {
      await bucket.put(key, text, now - (key === archived ? 3 * DAY_MS : 10 * HOUR_MS));
    }
  });
  afterEach(() => bucket.remove());

  /** What S3 writes of each object, as its pages on S3 Inventory and S3 Metadata have it. */
  async function entries() {
    const objects = await bucket.objects();
    return objects.map(({ Key, Size, LastModified, StorageClass }) => ({
      bucket: "exports",
      key: Key,
      size: Size,
      last_modified_date: LastModified.getTime(),
      storage_class: StorageClass,
    }));
  }

  async function compare(source: string, change: Partial<Order> = {}, before: readonly string[] = []) {
    const result = execute({
      bucket: bucket.folder,
      lost: [lost],
      archived: [archived],
      tables: [["ANALYTICS", "BRAINTRUST", "LOGS_0_FILES"]],
      ...change,
      steps: [
        snowflakeSql(outputs, "setup"),
        snowflakeSql(outputs, "load"),
        ...before,
        filesSql(outputs, { list: bucketListOf(source) }),
      ],
    });
    const answer = await readFilesAnswer(Readable.from([Buffer.from(JSON.stringify([result.answers[0]]))]));
    const found: [string, string][] = [];
    await reconcile({
      outputs,
      s3: source === "s3" ? bucket.s3 : { listObjectsV2: () => assert.fail("lists by S3") },
      answer,
      maxAge: 2 * HOUR_MS,
      archiveRule: { afterDays: 2, fromBytes: 1 },
      onFile: ({ key, state }) => void found.push([key, state]),
    });
    return { result, found, bad: found.filter(([, state]) => state !== "loaded") };
  }

  it("agree with S3's listing by the directory table, and the view shows what was loaded", async () => {
    const listed = await compare("s3");
    const { result, found, bad } = await compare("directory");
    assert.deepEqual(bad, expected);
    assert.deepEqual(found, listed.found);

    const files = result.steps.at(-1)?.rows.LOGS_0_FILES;
    assert.ok(Array.isArray(files));
    const shown = files.map(({ FILE, IS_LOADED, STATUS }) => [FILE, IS_LOADED, STATUS]);
    assert.deepEqual(
      shown.sort(),
      found
        .filter(([key]) => key.startsWith(folder))
        .map(([key, state]) => {
          if (state === "loaded") return [key, true, "Loaded"];
          // COPY passes over an empty file, and reads no archived one.
          return [key, false, /broken|archived/.test(key) ? "Load failed" : null];
        })
        .sort(),
    );
  });

  it("agree with it by the newest S3 Inventory, and by what was loaded since", async () => {
    const all = await entries();
    const data = (name: string) => `inventory/exports/daily/data/${name}.parquet`;
    const manifest = (run: string, creationTimestamp: number, files: readonly string[]) =>
      bucket.put(
        `inventory/exports/daily/${run}/manifest.json`,
        JSON.stringify({
          sourceBucket: "exports",
          destinationBucket: "arn:aws:s3:::inventories",
          version: "2016-11-30",
          creationTimestamp: String(creationTimestamp),
          fileFormat: "Parquet",
          files: files.map((key) => ({ key, size: 1, MD5checksum: "" })),
        }),
        now,
      );
    const parquet = {
      // An inventory of all versions: one of `lost` that was replaced within the second, and an object that was deleted.
      [path.join(bucket.folder, data("b1"))]: [
        ...all.slice(0, 3).map((entry) => ({ ...entry, is_latest: true, is_delete_marker: false })),
        {
          ...all[0],
          key: lost,
          size: 0,
          is_latest: false,
          is_delete_marker: false,
        },
        { ...all[0], key: removed, size: null, is_latest: true, is_delete_marker: true },
      ],
      [path.join(bucket.folder, data("b2"))]: all
        .slice(3)
        .filter(({ key }) => key !== newest)
        .map((entry) => ({ ...entry, is_latest: true, is_delete_marker: false })),
      [path.join(bucket.folder, data("a1"))]: [{ ...all[0], key: removed }],
    };
    await manifest("2026-11-20T01-00Z", now - 8 * DAY_MS, [data("a1")]);
    await manifest("2026-11-27T01-00Z", now - HOUR_MS, [data("b1"), data("b2")]);
    const { bad, found } = await compare('@LAKE.META."Inventories"/exports/daily', {
      parquet,
      inventories: { '"LAKE"."META"."Inventories"': "inventory/" },
    });
    assert.deepEqual(bad, expected);
    assert.ok(found.some(([key, state]) => key === newest && state === "loaded"));
  });

  it("agree with it by a table of S3 Metadata", async () => {
    const table = '"ANALYTICS"."BRAINTRUST"."live inventory"';
    const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
    const rows = (await entries()).map(
      ({ key, size, last_modified_date, storage_class }) =>
        `('exports', ${text(key)}, NULL, FALSE, ${size}, ${text(new Date(last_modified_date).toISOString().slice(0, 19))}, ${text(storage_class)})`,
    );
    const deleted = `('exports', ${text(removed)}, 'v2', TRUE, NULL, ${text(new Date(now).toISOString().slice(0, 19))}, NULL)`;
    const other = `('another', ${text(`${folder}x.jsonl`)}, NULL, FALSE, 5, '2026-11-01T00:00:00', 'STANDARD')`;
    const columns =
      '"bucket" TEXT, "key" TEXT, "version_id" TEXT, "is_delete_marker" BOOLEAN, "size" NUMBER, "last_modified_date" TIMESTAMP_NTZ, "storage_class" TEXT';
    const { bad } = await compare('ANALYTICS.BRAINTRUST."live inventory"', {}, [
      `CREATE TABLE ${table} (${columns}); INSERT INTO ${table} VALUES ${[...rows, deleted, other].join(", ")};`,
    ]);
    assert.deepEqual(bad, expected);
  });
});
