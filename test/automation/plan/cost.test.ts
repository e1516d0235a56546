import assert from "node:assert/strict";
import { type CostEstimate, estimateCost } from "../../../automation/cost/estimate";
import { fixedCost } from "../../../automation/cost/fixed";
import { storageCost } from "../../../automation/cost/prices";
import { SNOWFLAKE_DEFAULTS } from "../../../automation/cost/usage";
import { estimate } from "../../../automation/plan/cost";
import type { PlannedResource } from "../../../automation/plan/evaluation";
import { fixtureProject as workDir } from "../../fixtures/project";
import { settingsFor } from "../../support";
import { planOf } from "./full-stack";

const resource = (type: string, inputs: Readonly<Record<string, unknown>> = {}): PlannedResource => ({
  urn: `urn:pulumi:dev::p::${type}::x`,
  type,
  name: "x",
  parent: "",
  protect: false,
  inputs,
});

function monthsOf(
  given: Readonly<Record<string, unknown>>,
  [gbPerDay, filesPerDay, months]: [number, number, number],
  resources: readonly PlannedResource[] = [],
): CostEstimate["months"] {
  return estimateCost(
    { settings: settingsFor(given), resources },
    { ...SNOWFLAKE_DEFAULTS, gbPerDay, filesPerDay, months },
  ).months;
}

/** The amount of an item in a month, to a hundred-thousandth of a dollar; undefined where there is none. */
function usd(months: CostEstimate["months"], month: number, item: string): number | undefined {
  const found = months[month - 1]?.items.find((each) => each.item === item)?.usd;
  return found === undefined ? undefined : Math.round(found * 1e5) / 1e5;
}

describe("the cost of storage, by hand", () => {
  it("fills STANDARD over a month and holds 30 days of it thereafter", () => {
    const months = monthsOf({}, [10, 100, 2]);
    // 10, 20, ... 300 GB: 155 on average, at 0.023.
    assert.equal(usd(months, 1, "storage STANDARD"), 3.565);
    assert.equal(usd(months, 2, "storage STANDARD"), 6.9);
  });

  it("moves what is 30 days old to STANDARD_IA", () => {
    const months = monthsOf({}, [10, 100, 2]);
    assert.equal(usd(months, 1, "storage STANDARD_IA"), undefined);
    assert.equal(usd(months, 1, "transitions to STANDARD_IA"), undefined);
    // 155 GB at 0.0125, and 3000 files at 0.01 a thousand.
    assert.equal(usd(months, 2, "storage STANDARD_IA"), 1.9375);
    assert.equal(usd(months, 2, "transitions to STANDARD_IA"), 0.03);
  });

  it("adds 40 KB to each archived file, 8 of them in STANDARD", () => {
    const months = monthsOf({}, [10, 100, 4]);
    // 155 GB and 1550 * 32 KB = 0.04730 GB at 0.0036, 1550 * 8 KB = 0.01183 GB at 0.023.
    assert.equal(usd(months, 4, "storage GLACIER"), 0.55844);
    assert.equal(usd(months, 4, "transitions to GLACIER"), 0.09);
  });

  it("charges the rest of the 90 days of GLACIER to what leaves it after 10", () => {
    const months = monthsOf({ lifecycle: { glacierDays: 90, deepArchiveDays: 100 } }, [10, 100, 5]);
    // 100 GB there, 300 GB a month that leave 80 days early: (100 + 800) GB at 0.0036, and 40 KB for 1000 files.
    assert.equal(usd(months, 5, "storage GLACIER"), 3.24029);
    assert.equal(usd(months, 5, "transitions to DEEP_ARCHIVE"), 0.15);
  });

  it("keeps expired files for as long as old versions are kept", () => {
    const lifecycle = { profile: "none", expireDays: 30, noncurrentDays: 10 };
    // 40 days of 10 GB at 0.023.
    assert.equal(usd(monthsOf({ lifecycle }, [10, 100, 3]), 3, "storage STANDARD"), 9.2);
  });

  it("lowers what Intelligent-Tiering holds after 30 and 90 days, and pays for watching it", () => {
    const lifecycle = { profile: "instant", intelligentTiering: true };
    const months = monthsOf({ lifecycle }, [10, 100, 4]);
    assert.equal(usd(months, 4, "storage STANDARD"), undefined);
    assert.equal(usd(months, 4, "storage INTELLIGENT_TIERING"), 6.9);
    assert.equal(usd(months, 4, "storage INTELLIGENT_TIERING infrequent"), 7.5);
    // 155 GB at 0.004; 3000 + 6000 + 1550 files at 0.0025 a thousand; 3000 moved a month at 0.01.
    assert.equal(usd(months, 4, "storage INTELLIGENT_TIERING instant"), 0.62);
    assert.equal(usd(months, 4, "Intelligent-Tiering monitoring"), 0.02638);
    assert.equal(usd(months, 1, "transitions to INTELLIGENT_TIERING"), 0.03);
  });

  it("archives what Intelligent-Tiering may archive, with 40 KB for each file", () => {
    const tiering = { profile: "instant", intelligentTiering: true };
    const months = monthsOf(
      { lifecycle: { ...tiering, archiveAccessDays: 90, deepArchiveAccessDays: 180 } },
      [10, 100, 7],
    );
    assert.equal(usd(months, 7, "storage INTELLIGENT_TIERING instant"), undefined);
    // 900 GB and 9000 * 32 KB = 0.27466 GB at 0.0036, 9000 * 8 KB = 0.06866 GB at 0.023.
    assert.equal(usd(months, 7, "storage INTELLIGENT_TIERING archive"), 3.24257);
    // 155 GB and 1550 * 32 KB = 0.04730 GB at 0.00099, 1550 * 8 KB = 0.01183 GB at 0.023.
    assert.equal(usd(months, 7, "storage INTELLIGENT_TIERING deep archive"), 0.15377);
    const deepAlone = monthsOf({ lifecycle: { ...tiering, deepArchiveAccessDays: 180 } }, [10, 100, 7]);
    // Days 90 to 180: 900 GB at 0.004.
    assert.equal(usd(deepAlone, 7, "storage INTELLIGENT_TIERING instant"), 3.6);
  });

  it("leaves files below 128 KB in STANDARD, and says so", () => {
    const settings = settingsFor();
    const usage = { ...SNOWFLAKE_DEFAULTS, gbPerDay: 1, filesPerDay: 10_000, months: 3 };
    const { months, assumptions } = estimateCost({ settings, resources: [] }, usage);
    // 30, 60, then 75.5 GB: (61 + 90) / 2 on average.
    assert.equal(usd(months, 3, "storage STANDARD"), 1.7365);
    assert.equal(usd(months, 3, "storage STANDARD_IA"), undefined);
    assert.ok(assumptions.some((text) => text.includes("below 128 KB")));
    const larger = estimateCost({ settings, resources: [] }, { ...usage, filesPerDay: 8192 });
    assert.notEqual(usd(larger.months, 3, "storage STANDARD_IA"), undefined);
  });

  it("says that copies by a replication are not counted", () => {
    const usage = { ...SNOWFLAKE_DEFAULTS, gbPerDay: 1, filesPerDay: 10, months: 1 };
    const said = (given: Readonly<Record<string, unknown>>) =>
      estimateCost({ settings: settingsFor(given), resources: [] }, usage).assumptions.join("\n");
    const replication = { bucketArn: "arn:aws:s3:::acme-replicas" };
    assert.match(said({ encryption: "s3", replication }), /^copies by `replication` are not counted/m);
    assert.doesNotMatch(said({}), /replication/);
  });

  it("charges less above 50 TB and above 500 TB", () => {
    // 51200 * 0.023 + 10240 * 0.022, then 51200 * 0.023 + 460800 * 0.022 + 102400 * 0.021.
    assert.equal(Math.round(storageCost("STANDARD", 61_440) * 100), 140_288);
    assert.equal(Math.round(storageCost("STANDARD", 614_400) * 100), 1_346_560);
  });
});

describe("the cost of traffic, by hand", () => {
  const daily: [number, number, number] = [5, 500, 1];

  it("counts parts of files above 8 MiB as requests of their own", () => {
    // Files of 10.24 MiB: two parts, begin and end. 60 000 PUT and 720 LIST at 0.005, 15 000 GET at 0.0004 a thousand.
    assert.equal(usd(monthsOf({}, daily), 1, "S3 requests"), 0.3096);
    // 1 MiB: 15 000 PUT.
    assert.equal(usd(monthsOf({}, [500 / 1024, 500, 1]), 1, "S3 requests"), 0.0846);
  });

  it("counts requests to KMS with and without a bucket key", () => {
    const rules = (bucketKeyEnabled: boolean) =>
      resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
        rules: [{ bucketKeyEnabled }],
      });
    const kms = { encryption: "kms" };
    // 75 000 requests at 0.03 a ten thousand, and a hundredth of them.
    assert.equal(usd(monthsOf(kms, daily, [rules(false)]), 1, "KMS requests"), 0.225);
    assert.equal(usd(monthsOf(kms, daily, [rules(true)]), 1, "KMS requests"), 0.00225);
    assert.equal(usd(monthsOf({ encryption: "s3" }, daily, [rules(true)]), 1, "KMS requests"), undefined);
  });

  it("counts messages of topic and queue where the stack has them", () => {
    const queue = [resource("aws:sqs/queue:Queue")];
    const months = monthsOf({ events: { mode: "sns" } }, daily, queue);
    assert.equal(usd(months, 1, "SNS messages"), 0.0075);
    assert.equal(usd(months, 1, "SQS messages"), 0.018);
    assert.equal(usd(monthsOf({}, daily, queue), 1, "SQS messages"), undefined);
  });

  it("counts a trail's data events and its logs", () => {
    const trail = resource("aws:cloudtrail/trail:Trail");
    const logs = resource("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 });
    const bare = monthsOf({}, daily, [trail]);
    assert.equal(usd(bare, 1, "CloudTrail data events"), 0.075);
    assert.equal(usd(bare, 1, "CloudWatch Logs"), undefined);
    // 75 000 * 1500 bytes = 0.10477 GB, at 0.50 in and 0.03 kept, no more of it after a month.
    const logged = monthsOf({}, [5, 500, 3], [trail, logs]);
    assert.equal(usd(logged, 1, "CloudWatch Logs"), 0.05553);
    assert.equal(usd(logged, 3, "CloudWatch Logs"), 0.05553);
    assert.notEqual(
      usd(monthsOf({}, daily, [resource("awsx:cloudtrail:Trail")]), 1, "CloudWatch Logs"),
      undefined,
    );
  });

  it("counts request metrics, access logs and transfer to another region", () => {
    const months = monthsOf(
      { snowflakeRegion: "eu-west-1", allowCrossRegion: true, accessLogs: { retentionDays: 30 } },
      [5, 500, 2],
      [resource("aws:s3/bucketMetric:BucketMetric"), resource("aws:s3/bucketLogging:BucketLogging")],
    );
    assert.equal(usd(months, 1, "S3 request metrics"), 3.9);
    assert.equal(usd(months, 1, "transfer to Snowflake's region"), 3);
    // 75 720 * 600 bytes = 0.04231 GB at 0.023.
    assert.equal(usd(months, 2, "access logs"), 0.00097);
  });

  it("counts nothing where nothing flows", () => {
    assert.deepEqual(monthsOf({}, [0, 0, 3], [resource("aws:s3/bucketMetric:BucketMetric")])[2], {
      month: 3,
      usd: 0,
      items: [],
    });
  });
});

describe("the cost of what is there", () => {
  const metric = { metric: { metricName: "m" } };
  const cases: [string, string, object, number][] = [
    ["an alarm", "aws:cloudwatch/metricAlarm:MetricAlarm", {}, 0.1],
    [
      "an alarm on a sum of four",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { metricQueries: [{ expression: "SUM(METRICS())" }, metric, metric, metric, metric] },
      0.4,
    ],
    [
      "an anomaly alarm",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { metricQueries: [metric, { expression: "ANOMALY_DETECTION_BAND(m1, 2)" }] },
      0.3,
    ],
    ["a composite alarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm", {}, 0.5],
    ["a dashboard", "aws:cloudwatch/dashboard:Dashboard", {}, 3],
    ["a key", "aws:kms/key:Key", {}, 1],
    ["a secret", "aws:secretsmanager/secret:Secret", {}, 0.4],
    [
      "a metric filter that always counts",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter",
      { metricTransformation: { defaultValue: "0" } },
      0.3,
    ],
    [
      "a metric filter that counts what it finds",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter",
      { metricTransformation: {} },
      0,
    ],
    ["a budget", "aws:budgets/budget:Budget", {}, 0],
    ["a trail", "aws:cloudtrail/trail:Trail", {}, 0],
  ];
  for (const [title, type, inputs, expected] of cases) {
    it(`knows ${title}`, () => {
      const { items, unpriced } = fixedCost([resource(type, { ...inputs })]);
      assert.deepEqual(unpriced, []);
      assert.equal(Math.round(items.reduce((sum, item) => sum + item.usd, 0) * 100) / 100, expected);
    });
  }

  it("adds up what is there twice, and names what it cannot price", () => {
    const key = resource("aws:kms/key:Key");
    const { items, unpriced } = fixedCost([key, key, resource("aws:ec2/instance:Instance")]);
    assert.deepEqual(
      items.map(({ item, usd: amount }) => [item, amount]),
      [["KMS key", 2]],
    );
    assert.match(items[0]?.why ?? "", /^2 keys at 1\.00: /);
    assert.deepEqual(unpriced, ["aws:ec2/instance:Instance"]);
  });
});

describe("the cost of a whole stack", () => {
  it("is under 2 USD a month for an idle dev", async () => {
    const { idle, unpriced } = await estimate({ stack: "dev", workDir });
    assert.ok(idle.usd < 2, `dev costs ${idle.usd} USD idle: ${JSON.stringify(idle.items)}`);
    assert.deepEqual(unpriced, []);
  });

  it("is justified item by item for an idle prod", async () => {
    const { idle, unpriced } = await estimate({ stack: "prod", workDir });
    assert.deepEqual(unpriced, []);
    assert.equal(idle.items.find(({ item }) => item === "KMS key")?.usd, 1);
    for (const { item, usd: amount, why } of idle.items) {
      assert.ok(amount > 0, item);
      assert.match(why, /^\d+ [a-z ]+ at \d+\.\d\d: \w.{10,}/, item);
    }
  });

  it("tells of the management events that it cannot count", async () => {
    const told = async (managementEvents: string) => {
      const settings = settingsFor({ auditTrail: { managementEvents } }, "prod");
      const { resources } = await planOf("prod", { "aws:region": "us-east-1" });
      return estimateCost(
        { settings, resources },
        { ...SNOWFLAKE_DEFAULTS, gbPerDay: 1, filesPerDay: 1, months: 1 },
      ).assumptions.filter((text) => text.includes("management events"));
    };
    assert.match(
      (await told("write")).join(),
      /first copy is free, that of a further trail costs 2\.00 for 100,000/,
    );
    assert.deepEqual(await told("none"), []);
  });

  it("leaves nothing out of a stack with everything", async () => {
    const { resources } = await planOf("full");
    assert.deepEqual(fixedCost(resources).unpriced, []);
  });
});
