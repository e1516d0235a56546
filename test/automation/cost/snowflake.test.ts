import assert from "node:assert/strict";
import { estimateCost } from "../../../automation/cost/estimate";
import type { Usage } from "../../../automation/cost/usage";
import { settingsFor } from "../../support";

const usage: Usage = { gbPerDay: 2, filesPerDay: 240, months: 12, creditUsd: 3, textRatio: 5 };
const streams = (...formats: readonly string[]) => ({
  streams: formats.map((format, at) => ({
    name: `s${at}`,
    prefix: `braintrust/s${at}/`,
    table: `T${at}`,
    format,
  })),
});
const byTask = { events: { mode: "none" } };

function cost(given: Readonly<Record<string, unknown>>, change: Partial<Usage> = {}) {
  const found = estimateCost(
    { settings: settingsFor(given), resources: [] },
    { ...usage, ...change },
  ).snowflake;
  const rounded = (items: typeof found.items) =>
    Object.fromEntries(items.map(({ item, usd }) => [item, Math.round(usd * 1e5) / 1e5]));
  return {
    items: rounded(found.items),
    reset: rounded(found.reset.items),
    saved: found.parquetSavesUsd,
    found,
  };
}

describe("the cost of Snowflake, by hand", () => {
  it("bills jsonl by its uncompressed size and Parquet by its own", () => {
    // 60 GB a month, 300 uncompressed, at 0.0037 credits of 3 dollars.
    assert.deepEqual(cost(streams("jsonl")).items, { Snowpipe: 3.33 });
    assert.deepEqual(cost(streams("parquet")).items, { Snowpipe: 0.666 });
    assert.deepEqual(cost(streams("jsonl", "parquet")).items, { Snowpipe: 1.998 });
    assert.deepEqual(cost(streams("jsonl"), { textRatio: 1, creditUsd: 2 }).items, { Snowpipe: 0.444 });
    assert.deepEqual(cost(streams("jsonl"), { gbPerDay: 0, filesPerDay: 0 }).items, {});
  });

  it("says what Parquet saves where it saves anything", () => {
    assert.equal(cost(streams("jsonl")).saved?.toFixed(3), "2.664");
    assert.equal(cost(streams("jsonl", "parquet")).saved?.toFixed(3), "1.332");
    assert.equal(cost(streams("parquet")).saved, undefined);
    assert.equal(cost(streams("jsonl"), { textRatio: 1 }).saved, undefined);
    assert.equal(cost({ ...streams("jsonl"), ...byTask }).saved, undefined);
  });

  it("bills every run of a task, and no GB", () => {
    // 1,440 runs of 10 seconds are 4 hours, at 0.9 credits.
    const snowflake = { taskMinutes: 30 };
    assert.deepEqual(cost({ ...streams("jsonl"), ...byTask, snowflake }).items, { tasks: 10.8 });
    assert.deepEqual(cost({ ...streams("jsonl", "jsonl"), ...byTask }).items, { tasks: 43.2 });
  });

  it("bills each refresh that finds something, and the minute after it until the warehouse suspends", () => {
    const snowflake = { currentLagMinutes: 60 };
    // 720 refreshes of 70 seconds are 14 hours; with two files a day, 60 of them are 1 hour and 10 minutes.
    const item = "warehouse for dynamic tables";
    assert.equal(cost({ ...streams("parquet"), snowflake }).items[item], 42);
    assert.equal(cost({ ...streams("parquet"), snowflake }, { filesPerDay: 2 }).items[item], 3.5);
  });

  it("bills the one warehouse for no more than the month, whatever refreshes in it", () => {
    const many = { ...streams("parquet", "parquet", "parquet"), snowflake: { currentLagMinutes: 1 } };
    // 720 hours.
    assert.equal(cost(many, { filesPerDay: 100_000 }).items["warehouse for dynamic tables"], 2160);
  });

  it("counts a reset: everything is written, read, stored and loaded again, across regions too", () => {
    // 720 GB in 86,400 files, each of 8.5 MB written by four requests.
    const once = { "S3 requests": 1.76256, "storage of the second copy": 16.56 };
    assert.deepEqual(cost(streams("jsonl")).reset, { ...once, Snowpipe: 39.96 });
    const regions = { snowflakeRegion: "us-west-2", allowCrossRegion: true };
    assert.deepEqual(cost({ ...streams("parquet"), ...regions }).reset, {
      ...once,
      "transfer to Snowflake's region": 14.4,
      Snowpipe: 7.992,
    });
    assert.deepEqual(cost({ ...streams("jsonl"), ...byTask }).reset, once);
  });

  it("counts in a reset all that the months' files set off, and nothing that needs no file", () => {
    const sns = { ...streams("jsonl"), events: { mode: "sns" } };
    const resources = [{ type: "aws:sqs/queue:Queue", name: "queue", inputs: {} }];
    const small = { gbPerDay: 1, filesPerDay: 1_000_000 };
    const estimate = (months: number) =>
      estimateCost({ settings: settingsFor(sns), resources }, { ...usage, ...small, months });
    const usdOf = (items: readonly { item: string; usd: number }[], name: string) =>
      items.find(({ item }) => item === name)?.usd ?? 0;
    const [month] = estimate(1).months;
    const { items } = estimate(3).snowflake.reset;
    for (const name of ["SNS messages", "SQS messages"]) {
      assert.ok(usdOf(items, name) > 1);
      assert.equal(usdOf(items, name).toFixed(6), (3 * usdOf(month?.items ?? [], name)).toFixed(6));
    }
    // 30 million files a month, written and read once: the hour's lists are no part of it.
    assert.equal(usdOf(items, "S3 requests").toFixed(2), (3 * 30 * (5 + 0.4)).toFixed(2));
  });
});

describe("the cost of a company's lifecycle", () => {
  const items = (lifecycle: object, change: Partial<Usage>) =>
    Object.fromEntries(
      (
        estimateCost(
          { settings: settingsFor({ ...streams("jsonl"), lifecycle }), resources: [] },
          { ...usage, ...change, months: 9 },
        ).months.at(-1)?.items ?? []
      ).map(({ item, usd }) => [item, Number(usd.toFixed(2))]),
    );

  it("is the same with a least size below that of the files", () => {
    const files = { gbPerDay: 10, filesPerDay: 1_000 };
    const archive = items({ profile: "archive" }, files);
    assert.ok((archive["storage GLACIER"] ?? 0) > 1, JSON.stringify(archive));
    assert.deepEqual(items({ profile: "archive", minimumObjectSizeBytes: 200_000 }, files), archive);
  });

  it("moves nothing below the least size, and bills small files in STANDARD_IA as 128 KB each", () => {
    const large = items(
      { profile: "archive", minimumObjectSizeBytes: 50_000_000 },
      { gbPerDay: 10, filesPerDay: 1_000 },
    );
    assert.ok(!("storage GLACIER" in large) && !("storage STANDARD_IA" in large));
    // 10,000 files of 10 KB a day are for 60 days in STANDARD_IA: 600,000 of 128 KB are 73.24 GB at 0.0125.
    const small = items(
      { profile: "instant", minimumObjectSizeBytes: 2 },
      { gbPerDay: 0.1, filesPerDay: 10_000 },
    );
    assert.equal(small["storage STANDARD_IA"], 0.92);
  });
});

describe("the cost of tasks in S3", () => {
  it("has a list for each run", () => {
    const [month] = estimateCost(
      {
        settings: settingsFor({ ...streams("jsonl"), ...byTask, snowflake: { taskMinutes: 1 } }),
        resources: [],
      },
      { ...usage, months: 1 },
    ).months;
    assert.match(month?.items.find(({ item }) => item === "S3 requests")?.why ?? "", /, 43,200 LIST, /);
  });
});
