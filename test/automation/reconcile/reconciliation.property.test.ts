import assert from "node:assert/strict";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { readFilesAnswer } from "../../../automation/reconcile/known-files";
import { reconcile } from "../../../automation/reconcile/reconciliation";
import { drawnOf } from "../../turn";
import { answersOf, DAY, type Life, listingOf, NOW, type Sight, truthOf, type Writing } from "./event-log";

const prefixes = ["exports/logs/", "exports/\u{1F600}/"];
const names = ["a", "B", "é", "\uFFFD", "\u{1F600}", "it's", 'a "b" &c', "\\n", "\uE000", "<% x %>"];

const key = fc
  .tuple(
    fc.constantFrom(...prefixes),
    fc.constantFrom("2026-11-01/", "dt=2026-11-02/hour=03/", "", "_verify/"),
    fc.constantFrom(...names),
    fc.constantFrom(".jsonl.gz", ".parquet"),
  )
  .map((parts) => parts.join(""));

// Not just on a limit: S3 tells seconds.
const daysAgo = fc
  .constantFrom(0.01, 0.3, 0.9, 2, 6, 8, 13, 15, 40, 63, 65, 200, 364, 366, 500)
  .chain((days) => fc.double({ min: 0, max: 0.5, noNaN: true }).map((more) => days + (days >= 2 ? more : 0)));
const writing: fc.Arbitrary<Writing> = fc
  .record({
    daysAgo,
    bytes: fc.constantFrom(100, 100, 100, 0),
    outcome: fc.constantFrom("loads", "loads", "loads in part", "refuses", "skips", "is loading", undefined),
  })
  // No load takes days.
  .map((each) => (each.outcome === "is loading" && each.daysAgo > 1 ? { ...each, outcome: "loads" } : each));
const life: fc.Arbitrary<Life> = fc.record({
  key,
  writings: fc
    .uniqueArray(writing, { minLength: 1, maxLength: 3, selector: (each) => Math.round(each.daysAgo * 100) })
    .map((all) => all.sort((one, other) => other.daysAgo - one.daysAgo)),
  archived: fc.boolean(),
  deleted: fc.boolean(),
  rowsDeleted: fc.boolean(),
});
const lives = fc.uniqueArray(life, { maxLength: 12, selector: (each) => each.key });
const sight: fc.Arbitrary<Sight> = fc.record({
  historyDays: fc.constantFrom(14, 365),
  patienceDays: fc.constantFrom(0.5, 1.5),
  standsStill: fc.boolean(),
});

describe("reconcile, over random histories", () => {
  it("reports of every file what became of it", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(lives, sight, async (all, seen) => {
        const found = await statesOf(all, seen);
        const truth = truthOf(all, seen);
        assert.deepEqual([...found].sort(), [...truth].sort());
      }),
      { numRuns: drawnOf(10_000, 20) },
    );
  });
});

async function statesOf(all: readonly Life[], { historyDays, patienceDays, standsStill }: Sight) {
  const streams = prefixes.map((prefix, index) => ({
    name: `s${index}`,
    url: `s3://bucket/${prefix}`,
    format: "jsonl" as const,
    table: `T${index}`,
    pipe: `P${index}`,
  }));
  const status = JSON.stringify({ executionState: standsStill ? "PAUSED" : "RUNNING", pendingFileCount: 0 });
  const rows = [
    ...streams.map(({ name }) => ({
      STREAM: name,
      FILE: "",
      STATUS: null,
      LOADED_AT: NOW,
      MESSAGE: status,
      MODIFIED: NOW - historyDays * DAY,
    })),
    ...answersOf(all, { historyDays, patienceDays, standsStill }).map((row) => ({
      STREAM: "s",
      FILE: row.key,
      STATUS: row.status,
      LOADED_AT: row.loadedAt,
      MESSAGE: null,
      MODIFIED: row.modified,
    })),
  ];
  const found = new Map<string, string>();
  const listing = listingOf(all);
  await reconcile({
    outputs: { bucketName: "bucket", streams },
    s3: {
      listObjectsV2: ({ Prefix = "", ContinuationToken = "0" }) => {
        const below = listing.filter((object) => object.key.startsWith(Prefix));
        const from = Number(ContinuationToken);
        const page = below
          .slice(from, from + 2)
          .map(({ key: Key, ...rest }) => ({ Key, ...rest, StorageClass: rest.StorageClass as "GLACIER" }));
        return Promise.resolve({
          Contents: page,
          NextContinuationToken: from + 2 < below.length ? `${from + 2}` : undefined,
        });
      },
    },
    answer: await readFilesAnswer(Readable.from([Buffer.from(JSON.stringify([[{ status: "ok" }], rows]))])),
    maxAge: patienceDays * DAY,
    onFile: ({ key: name, state }) => {
      found.set(name, state);
    },
  });
  return found;
}
