import assert from "node:assert/strict";
import { CostGuard, type CostGuardArgs, storageTypes } from "../../../components/monitoring/cost-guard";
import { deploy, deployProgram, type Registered, settingsFor } from "../../support";

const BUDGET = "aws:budgets/budget:Budget";
const MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor";
const SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription";
const TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

const alertEmails = ["oncall@example.com"];
const topic = "arn:aws:sns:us-east-1:123456789012:alerts";
const monitorArn = "arn:aws:ce::123456789012:anomalymonitor/1b2c";
const costTag = { key: "stack", value: "dev" };

async function build(args: Partial<CostGuardArgs>) {
  const { deployed } = await deploy(
    () =>
      new CostGuard("cost", {
        suffix: "dev",
        stack: "dev",
        bucketName: "exports",
        bucketExists: false,
        lifecycle: settingsFor().lifecycle,
        costAnomalyMonitorArn: monitorArn,
        activateCostTag: false,
        alertTopicArn: topic,
        ...args,
      }),
  );
  return deployed;
}

describe("CostGuard", () => {
  it("tells of 80 % and 100 % spent, and of 100 % forecast", async () => {
    const { inputs } = (await build({ monthlyBudgetUsd: 25, costTag })).only(BUDGET);
    const told = {
      comparisonOperator: "GREATER_THAN",
      thresholdType: "PERCENTAGE",
      subscriberSnsTopicArns: [topic],
    };
    assert.deepEqual(inputs, {
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: "25.00",
      limitUnit: "USD",
      costFilters: [{ name: "TagKeyValue", values: ["user:stack$dev"] }],
      notifications: [
        { ...told, notificationType: "ACTUAL", threshold: 80 },
        { ...told, notificationType: "ACTUAL", threshold: 100 },
        { ...told, notificationType: "FORECASTED", threshold: 100 },
      ],
    });
  });

  it("counts the whole account without a tag", async () => {
    const { inputs } = (await build({ monthlyBudgetUsd: 25 })).only(BUDGET);
    assert.equal("costFilters" in inputs, false);
  });

  it("watches the account's own monitor, and tells the topic at once", async () => {
    const deployed = await build({ costAnomalyUsd: 5 });
    assert.deepEqual(deployed.of(MONITOR), []);
    const watched = {
      monitorArnLists: [monitorArn],
      thresholdExpression: {
        dimension: {
          key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
          matchOptions: ["GREATER_THAN_OR_EQUAL"],
          values: ["5"],
        },
      },
    };
    assert.deepEqual(deployed.only(SUBSCRIPTION).inputs, {
      ...watched,
      frequency: "IMMEDIATE",
      subscribers: [{ type: "SNS", address: topic }],
    });
  });

  it("makes a monitor by the tag where none is named", async () => {
    const { deployed } = await deployProgram(
      { monitoring: { alertEmails, costAnomalyUsd: 5, costTag: "stack", activateCostTag: true } },
      { values: { "aws:defaultTags": { tags: { stack: "dev", project: "bt" } } } },
    );
    const { inputs } = deployed.only(MONITOR);
    assert.equal(inputs.monitorType, "CUSTOM");
    assert.deepEqual(JSON.parse(String(inputs.monitorSpecification)), {
      And: null,
      CostCategories: null,
      Dimensions: null,
      Not: null,
      Or: null,
      Tags: { Key: "stack", MatchOptions: null, Values: ["dev"] },
    });
    assert.deepEqual(deployed.only(TAG).inputs, { tagKey: "stack", status: "Active" });
  });

  it("refuses to watch anomalies of nothing", async () => {
    await assert.rejects(
      build({ costAnomalyUsd: 5, costAnomalyMonitorArn: undefined }),
      /needs costAnomalyMonitorArn or costTag/,
    );
  });

  it("alarms on the sum of every class that the lifecycle uses", async () => {
    const { inputs } = (await build({ storageGb: 500 })).only(ALARM);
    const metric = (id: string, StorageType: string) => ({
      id,
      metric: {
        namespace: "AWS/S3",
        metricName: "BucketSizeBytes",
        stat: "Average",
        period: 86400,
        dimensions: { BucketName: "exports", StorageType },
      },
    });
    assert.deepEqual(inputs.metricQueries, [
      {
        id: "total",
        label: "bytes in all classes",
        expression: "SUM([FILL(m0,0),FILL(m1,0),FILL(m2,0),FILL(m3,0)])",
        returnData: true,
      },
      metric("m0", "StandardStorage"),
      metric("m1", "StandardIAStorage"),
      metric("m2", "GlacierStorage"),
      metric("m3", "DeepArchiveStorage"),
    ]);
    assert.equal(inputs.threshold, 536_870_912_000);
    assert.equal(inputs.comparisonOperator, "GreaterThanThreshold");
    assert.equal(inputs.treatMissingData, "notBreaching");
    assert.deepEqual([inputs.evaluationPeriods, inputs.datapointsToAlarm], [3, 1]);
    assert.deepEqual(inputs.alarmActions, [topic]);
    assert.match(
      String(inputs.alarmDescription),
      /^What happened: .*500 GB.*Likely cause: .*First run: .*cost --stack dev/,
    );
  });

  it("goes off by its own definition when the classes together hold more, however they report, and only then", async () => {
    const { inputs } = (await build({ storageGb: 500 })).only(ALARM);
    const gb = (StandardStorage?: number, GlacierStorage?: number) => ({
      StandardStorage: StandardStorage && StandardStorage * 2 ** 30,
      GlacierStorage: GlacierStorage && GlacierStorage * 2 ** 30,
    });
    assert.equal(goesOff(inputs, [gb(300, 201)]), true, "two classes together");
    assert.equal(goesOff(inputs, [gb(501)]), true, "one class alone");
    assert.equal(goesOff(inputs, [gb(501), gb(), gb()]), true, "the last two reports are late");
    assert.equal(goesOff(inputs, [gb(300, 200)]), false, "not more than the limit");
    assert.equal(goesOff(inputs, [gb(501), gb(1), gb(1), gb(1)]), false, "emptied three days ago");
    assert.equal(goesOff(inputs, []), false, "an empty bucket");
  });

  it("sees each transition's class, and every class of a bucket whose lifecycle it does not know", () => {
    const typesOf = (given: Readonly<Record<string, unknown>>) => {
      const { lifecycle, existingBucket } = settingsFor(given);
      return storageTypes({ lifecycle, bucketExists: existingBucket !== undefined });
    };
    assert.deepEqual(typesOf({ lifecycle: { profile: "instant" } }), [
      "StandardStorage",
      "StandardIAStorage",
      "GlacierInstantRetrievalStorage",
    ]);
    assert.deepEqual(typesOf({ lifecycle: { profile: "instant", intelligentTiering: true } }), [
      "StandardStorage",
      "IntelligentTieringFAStorage",
      "IntelligentTieringIAStorage",
      "IntelligentTieringAIAStorage",
    ]);
    const deep = { profile: "instant", intelligentTiering: true, deepArchiveAccessDays: 180 };
    assert.deepEqual(typesOf({ lifecycle: deep }).slice(-2), [
      "IntelligentTieringAIAStorage",
      "IntelligentTieringDAAStorage",
    ]);
    assert.deepEqual(typesOf({ lifecycle: { profile: "none" } }), ["StandardStorage"]);
    const every = typesOf({ existingBucket: "theirs" });
    assert.equal(new Set(every).size, 10, "as many metrics as an alarm takes");
  });

  it("is gone whole and alone where monitoring or its settings are off", async () => {
    const monitoring = {
      alertEmails,
      monthlyBudgetUsd: 25,
      costAnomalyUsd: 5,
      storageGb: 500,
      costTag: "stack",
      activateCostTag: true,
    };
    const place = { values: { "aws:defaultTags": { tags: { stack: "dev" } } } };
    const on = await deployProgram({ monitoring }, place);
    const without = await deployProgram({ monitoring: { alertEmails } }, place);
    const off = await deployProgram({ monitoring: { ...monitoring, enabled: false } }, place);
    const named = (resources: readonly Registered[]) => resources.map(({ type, name }) => `${type} ${name}`);
    const all = named(on.deployed.resources);
    const rest = named(without.deployed.resources);
    const gone = all.filter((each) => !rest.includes(each));
    assert.deepEqual(gone.sort(), [
      `${BUDGET} pipeline-cost-budget`,
      `${ALARM} pipeline-cost-storage`,
      `${MONITOR} pipeline-cost-anomalies`,
      `${SUBSCRIPTION} pipeline-cost-anomaly-topic`,
      `${TAG} pipeline-cost-tag`,
      "braintrust-snowflake:index:CostGuard pipeline-cost",
    ]);
    assert.deepEqual(
      rest.filter((each) => !all.includes(each)),
      [],
    );
    assert.deepEqual(
      off.deployed.resources.filter(({ name }) => name.startsWith("pipeline-cost")),
      [],
    );
  });
});

/** Whether an alarm on bucket sizes goes off, given what S3 reports day by day, the latest last. */
function goesOff(
  inputs: Registered["inputs"],
  days: readonly Readonly<Record<string, number | undefined>>[],
): boolean {
  const queries = inputs.metricQueries as readonly {
    readonly id: string;
    readonly expression?: string;
    readonly returnData?: boolean;
    readonly metric?: { readonly dimensions: { readonly StorageType: string } };
  }[];
  const [watched, ...others] = queries.filter(({ returnData }) => returnData === true);
  assert.deepEqual(others, []);
  const terms = /^SUM\(\[(.+)\]\)$/.exec(watched?.expression ?? "")?.[1] ?? assert.fail("not a sum");
  const types = terms.split(/(?<=\)),/).map((term) => {
    const id = /^FILL\((\w+),0\)$/.exec(term)?.[1];
    return queries.find((query) => query.id === id)?.metric?.dimensions.StorageType ?? assert.fail(term);
  });
  assert.equal(inputs.comparisonOperator, "GreaterThanThreshold");
  const over = days
    .slice(-Number(inputs.evaluationPeriods))
    .map((day) => types.reduce((sum, type) => sum + (day[type] ?? 0), 0))
    .filter((bytes) => bytes > Number(inputs.threshold));
  return over.length >= Number(inputs.datapointsToAlarm);
}
