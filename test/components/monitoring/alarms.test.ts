import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type Deployment, deployProgram, type Registered } from "../../support";
import {
  compositeStateOf,
  type DeployedAlarm,
  type Measured,
  type Series,
  stateOf,
} from "./alarm-evaluation";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Everything that can be watched, watched. */
const everything = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  snowflake: {
    iamUserArn: "arn:aws:iam::444455556666:user/snow",
    externalId: "acme=1",
    errorNotifications: { enabled: true },
  },
  streams: [{ name: "logs" }, { name: "spans" }],
  events: { mode: "sns" },
  monitoring: { exportEveryHours: 6, queueDepth: 50, queueAgeHours: 2 },
};

const times = (count: number, value: number | undefined): Series => Array(count).fill(value);
const one = (series: Series): Measured => ({ series: [series] });
const counted = { bad: one([1]), good: [one([0]), one([undefined])] };
/** Of the trail, whose events may come after the period that they are of. */
const late = { bad: one([1, undefined]), good: [one([0, 0]), one([1, undefined, undefined])] };

/** What each alarm must fire at, and what it must not fire at. */
const cases: Readonly<Record<string, { bad: Measured; good: Measured[] }>> = {
  "no-export-logs": {
    bad: one(times(6, undefined)),
    good: [one([...times(5, undefined), 3]), one([1, ...times(5, 0)])],
  },
  "no-export-spans": { bad: one(times(6, 0)), good: [one([...times(5, 0), 1])] },
  "client-errors": {
    bad: one([0, 0.2, 0.2]),
    good: [one([0, 0, 0.2]), one(times(3, 0.05)), one(times(3, undefined))],
  },
  "server-errors": { bad: one(times(3, 0.02)), good: [one([0, 0, 0.5]), one(times(3, undefined))] },
  "unusual-downloads": {
    bad: { series: [[1, 900, 900]], band: 100 },
    good: [
      { series: [[90, 100, 50]], band: 100 },
      { series: [[1, 1, 900]], band: 100 },
      { series: [times(3, undefined)], band: 100 },
    ],
  },
  "dead-letters": counted,
  "queue-depth": { bad: one([51]), good: [one([50]), one([undefined])] },
  "queue-age": { bad: one([7_201]), good: [one([7_200]), one([undefined])] },
  "load-errors": counted,
  "load-error-dead-letters": counted,
  "events-undelivered": counted,
  "load-errors-undelivered": counted,
  "denied-calls": { bad: one([5, undefined]), good: [one([4, 4]), one([undefined])] },
  "strange-reads": late,
  "unlisted-writes": late,
  "log-group-changes": late,
  "alert-changes": late,
  "alert-topic-changes": late,
  "trail-silent": {
    bad: one(times(24, undefined)),
    good: [one([...times(23, undefined), 1]), one([7, ...times(23, 0)])],
  },
  "bucket-changes": late,
  "role-changes": late,
  "key-changes": late,
  "trail-changes": late,
};

describe("the alarms of production with everything on", () => {
  let deployed: Deployment;
  let alarms: readonly Registered[];
  const keyOf = ({ inputs }: Registered) => String(inputs.name).replace("braintrust-prod-", "");
  const definition = ({ inputs }: Registered) => inputs as unknown as DeployedAlarm;

  before(async () => {
    ({ deployed } = await deployProgram(everything, { stack: "prod" }));
    alarms = deployed.of(METRIC_ALARM);
  });

  it("have each a case here", () => {
    assert.deepEqual(alarms.map(keyOf).sort(), Object.keys(cases).sort());
  });

  for (const [key, { bad, good }] of Object.entries(cases)) {
    it(`${key} fires when it should, and not otherwise`, () => {
      const alarm = definition(alarms.find((each) => keyOf(each) === key) ?? assert.fail(`no alarm ${key}`));
      assert.equal(stateOf(alarm, bad), "ALARM");
      for (const measured of good) assert.equal(stateOf(alarm, measured), "OK", JSON.stringify(measured));
    });
  }

  it("say what happened, why, and what to run first, and tell the topic", () => {
    const topic = "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-prod";
    for (const { inputs } of [...alarms, ...deployed.of(COMPOSITE_ALARM)]) {
      const said = String(inputs.alarmDescription);
      assert.match(said, /^What happened: .+\. Likely cause: .+\. First run: \S.+$/);
      assert.ok(said.length <= 1024);
      assert.deepEqual(inputs.alarmActions, [topic]);
    }
  });

  it("say a command that runs as it stands", () => {
    for (const { inputs } of [...alarms, ...deployed.of(COMPOSITE_ALARM)]) {
      const command = String(inputs.alarmDescription).split("First run: ")[1] ?? "";
      assert.match(command, /^(npm run pipeline -- \w+ --stack prod|aws [a-z]+ [a-z-]+ --.+)$/);
      assert.doesNotMatch(command, /[<>`]|undefined|\[object/);
      assert.equal(spawnSync("sh", ["-n", "-c", command]).status, 0, command);
    }
  });

  it("look at the dead letters of the queue that they watch", () => {
    for (const alarm of alarms.filter((each) => keyOf(each).endsWith("dead-letters"))) {
      const { QueueName } = alarm.inputs.dimensions as { QueueName: string };
      assert.ok(String(alarm.inputs.alarmDescription).includes(`--queue-name ${QueueName} `));
    }
  });

  it("look back no further than CloudWatch does", () => {
    for (const alarm of alarms.map(definition)) {
      const periods = [alarm.period, ...(alarm.metricQueries ?? []).map(({ metric }) => metric?.period)];
      for (const period of periods.filter((each) => each !== undefined)) {
        assert.ok(period % 60 === 0);
        assert.ok(period * alarm.evaluationPeriods <= (period < 3_600 ? 86_400 : 604_800));
      }
    }
  });

  it("count S3's requests by a metrics configuration that exists", () => {
    const configured = deployed.of("aws:s3/bucketMetric:BucketMetric").map(({ inputs }) => inputs.name);
    const filters = alarms.flatMap(({ inputs }) => {
      const { metricQueries = [], dimensions } = inputs as {
        metricQueries?: { metric?: { dimensions: Record<string, string> } }[];
        dimensions?: Record<string, string>;
      };
      return [dimensions, ...metricQueries.map(({ metric }) => metric?.dimensions)].flatMap(
        (each) => each?.FilterId ?? [],
      );
    });
    assert.equal(new Set(filters).size, 3);
    for (const filter of filters) assert.ok(configured.includes(filter), filter);
  });

  it("make the composite one of those that speak of the flow of files", () => {
    const rule = String(deployed.only(COMPOSITE_ALARM).inputs.alarmRule);
    assert.match(rule, /^ALARM\("[\w-]+"\)( OR ALARM\("[\w-]+"\))*$/);
    const named = [...rule.matchAll(/"braintrust-prod-([\w-]+)"/g)].map(([, key]) => key);
    const flow = Object.keys(cases)
      .slice(0, 12)
      .filter((key) => key !== "unusual-downloads");
    assert.deepEqual(named.sort(), flow.sort());
    for (const key of Object.keys(cases)) {
      const state = compositeStateOf(rule, [`braintrust-prod-${key}`]);
      assert.equal(state, flow.includes(key) ? "ALARM" : "OK", key);
    }
    assert.equal(compositeStateOf(rule, []), "OK");
    const made = deployed.only(COMPOSITE_ALARM);
    for (const alarm of alarms.filter((each) => named.includes(keyOf(each))))
      assert.ok(deployed.waits(made, alarm));
  });
});

describe("the alarms of other stacks", () => {
  const keysOf = async (settings: object, stack = "dev") => {
    const { deployed } = await deployProgram({ ...settings }, { stack });
    return deployed
      .of(METRIC_ALARM)
      .map(({ inputs }) => String(inputs.name).replace(`braintrust-${stack}-`, ""));
  };
  const { braintrust } = everything;

  it("are few in dev: three for 0.30 USD a month, and neither a dashboard nor a composite one", async () => {
    const { deployed } = await deployProgram({ braintrust });
    assert.deepEqual((await keysOf({ braintrust })).sort(), [
      "client-errors",
      "no-export-logs",
      "server-errors",
    ]);
    for (const type of [COMPOSITE_ALARM, "aws:cloudwatch/dashboard:Dashboard"]) {
      assert.deepEqual(deployed.of(type), []);
    }
  });

  it("miss no export before Braintrust can write", async () => {
    assert.ok(!(await keysOf({})).some((key) => key.startsWith("no-export")));
  });

  it("watch how long events wait where a consumer of ours must read them", async () => {
    const keys = await keysOf({ events: { mode: "queue" } });
    assert.ok(keys.includes("queue-depth") && keys.includes("queue-age"));
    const replay = await keysOf({ events: { mode: "sns" } });
    assert.ok(!replay.includes("queue-depth") && !replay.includes("queue-age"));
  });

  it("read no request metrics that nobody makes", async () => {
    for (const settings of [{ existingBucket: "theirs" }, { monitoring: { requestMetrics: false } }]) {
      assert.deepEqual(await keysOf({ ...settings, braintrust }), []);
    }
  });
});
