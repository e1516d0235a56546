import assert from "node:assert/strict";
import { exitCodeOf, wholeCommandLine } from "../../../automation/cli";
import { cost } from "../../../automation/commands/cost";
import type { CostEstimate } from "../../../automation/cost/estimate";
import { idleLine, renderCost } from "../../../automation/cost/report";
import { usageOf } from "../../../automation/cost/usage";
import { errorReport } from "../../../automation/error-report";
import { UsageError } from "../../../automation/errors";
import { fixtureProject as cwd } from "../../fixtures/project";
import { captured } from "./captured";

const estimate: CostEstimate = {
  stack: "dev",
  region: "eu-west-1",
  pricesRegion: "us-east-1",
  pricesAsOf: "2025-11",
  usage: { gbPerDay: 2.5, filesPerDay: 24, months: 2, creditUsd: 2.6, textRatio: 4 },
  idle: { usd: 0.4, items: [{ item: "Secrets Manager", usd: 0.4, why: "1 secret" }] },
  months: [
    { month: 1, usd: 6, items: [{ item: "storage STANDARD", usd: 6, why: "a" }] },
    {
      month: 2,
      usd: 12,
      items: [
        { item: "S3 requests", usd: 0, why: "none" },
        { item: "storage STANDARD", usd: 12, why: "524 GB" },
      ],
    },
  ],
  snowflake: {
    pricesAsOf: "2026-01",
    creditUsd: 2.6,
    usd: 2.89,
    items: [{ item: "Snowpipe", usd: 2.89, why: "300 GB" }],
    reset: { usd: 1.5, items: [{ item: "S3 requests", usd: 1.5, why: "again" }] },
    parquetSavesUsd: 2.164,
  },
  unpriced: ["aws:ec2/instance:Instance"],
  assumptions: ["evenly filled"],
};

describe("renderCost", () => {
  it("has items by amount, a bar for each month, and the idle cost by itself", () => {
    assert.equal(
      renderCost(estimate, { color: false, width: 100 }),
      [
        "Cost of stack dev, in USD a month, with 2.5 GB in 24 files a day",
        "  prices of us-east-1 as of 2025-11; the stack is in eu-west-1",
        "",
        "Month 2",
        "  storage STANDARD  12.00  ████████  524 GB",
        "  S3 requests        0.00            none",
        "  total             12.00",
        "",
        "Month by month",
        "  1   6.00  ████████████",
        "  2  12.00  ████████████████████████",
        "",
        "Idle, without traffic",
        "  Secrets Manager  0.40  ████████  1 secret",
        "  total            0.40",
        "",
        "Snowflake, each month",
        "  prices in credits as of 2026-01, 2.60 USD a credit; on Snowflake's bill",
        "  Snowpipe  2.89  ████████  300 GB",
        "  total     2.89",
        "  Parquet instead of jsonl: minus 2.16 USD a month",
        "",
        "A reset that exports 2 months again, once",
        "  S3 requests  1.50  ████████  again",
        "  total        1.50",
        "",
        "Assumptions",
        "  evenly filled",
        "  aws:ec2/instance:Instance has no price here and is left out",
      ].join("\n"),
    );
  });

  it("tells a plan's reader the idle cost in one line", () => {
    assert.equal(idleLine({ usd: 1.9 }), "Idle: about 1.90 USD a month (see `cost`)");
  });
});

describe("usage", () => {
  const streams = { streams: [{}, {}] } as unknown as Parameters<typeof usageOf>[1];

  it("is 1 GB a day in a file of each stream an hour for a year, unless told otherwise", () => {
    assert.deepEqual(usageOf({}, streams), {
      gbPerDay: 1,
      filesPerDay: 48,
      months: 12,
      creditUsd: 3,
      textRatio: 5,
    });
    const given = { gbPerDay: "0.5", filesPerDay: 3, months: "1", creditUsd: "2.6", textRatio: 1 };
    assert.deepEqual(usageOf(given, streams), {
      gbPerDay: 0.5,
      filesPerDay: 3,
      months: 1,
      creditUsd: 2.6,
      textRatio: 1,
    });
    assert.deepEqual(usageOf({ gbPerDay: 0, filesPerDay: 0 }, streams).filesPerDay, 0);
  });

  it("refuses every number that is none, with key, value, rule and fix", () => {
    assert.throws(
      () => usageOf({ gbPerDay: "much", filesPerDay: "-1", months: "1.5" }, streams),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.message.split("\n"), [
          '--gb-per-day = "much": must be a number from 0 to 1000000000; write it like 2.5',
          '--files-per-day = "-1": must be a number from 0 to 1000000000; write it like 240',
          '--months = "1.5": must be a whole number from 1 to 120; write it like 12',
        ]);
        return true;
      },
    );
  });

  for (const gbPerDay of ["", " ", "Infinity", "NaN", "1e99", "1,5", Number.NaN]) {
    it(`refuses ${JSON.stringify(gbPerDay)} GB`, () => {
      assert.throws(() => usageOf({ gbPerDay }, streams), /--gb-per-day = .*must be a number/);
    });
  }
  for (const months of ["0", "121", "-1", ""]) {
    it(`refuses ${JSON.stringify(months)} months`, () => {
      assert.throws(() => usageOf({ months }, streams), /--months = .*whole number from 1 to 120/);
    });
  }

  for (const textRatio of ["0.9", "1033", "5:1", ""]) {
    it(`refuses ${JSON.stringify(textRatio)} as ratio of texts`, () => {
      assert.throws(() => usageOf({ textRatio }, streams), /--text-ratio = .*number from 1 to 1032/);
    });
  }

  it("refuses GB in no files", () => {
    assert.throws(() => usageOf({ filesPerDay: "0" }, streams), /--files-per-day = 0: cannot hold 1 GB/);
  });
});

describe("cost", () => {
  it("prints an estimate for people", async () => {
    const { out, error } = await captured(() => cost({ stack: "dev", cwd, gbPerDay: "5", months: "3" }));
    assert.equal(error, undefined);
    assert.match(out, /^Cost of stack dev, in USD a month, with 5 GB in 24 files a day\n/);
    assert.match(out, /\nMonth 3\n/);
    assert.match(out, /\n {2}3 +\d+\.\d\d {2}█{24}\n/);
  });

  it("prints the documented shape for programs", async () => {
    const { out } = await captured(() => cost({ stack: "prod", cwd, json: true, months: "2" }));
    const printed: CostEstimate = JSON.parse(out);
    assert.deepEqual(Object.keys(printed), [
      "stack",
      "region",
      "pricesRegion",
      "pricesAsOf",
      "usage",
      "idle",
      "months",
      "snowflake",
      "unpriced",
      "assumptions",
    ]);
    assert.deepEqual(
      printed.months.map(({ month }) => month),
      [1, 2],
    );
    assert.deepEqual(Object.keys(printed.months[0]?.items[0] ?? {}), ["item", "usd", "why"]);
  });

  it("refuses a stack without a file", async () => {
    const { error } = await captured(() => cost({ stack: "nowhere", cwd }));
    assert.ok(error instanceof UsageError);
  });

  it("exits with 2 and prints nothing where a number is none", async () => {
    const program = await wholeCommandLine();
    const line = ["cost", "--stack", "dev", "--cwd", cwd, "--gb-per-day", "lots"];
    const { out, err, error } = await captured(
      async () => void (await program.parseAsync(line, { from: "user" })),
    );
    assert.deepEqual([exitCodeOf(error), out, err], [2, "", ""]);
    assert.equal(
      errorReport(error, false),
      '--gb-per-day = "lots": must be a number from 0 to 1000000000; write it like 2.5',
    );
  });
});
