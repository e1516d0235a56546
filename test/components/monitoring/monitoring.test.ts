import assert from "node:assert/strict";
import { anyFires, ruleParts } from "../../../components/monitoring/composite-alarm";
import { deployProgram } from "../../support";
import { compositeStateOf } from "./alarm-evaluation";

const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

const namesIn = (rule: unknown) => [...String(rule).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name);

describe("ruleParts", () => {
  const names = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => String(index).padStart(length, "x"));

  it("are one where one rule takes all", () => {
    assert.equal(ruleParts(names(100, 20)).length, 1);
    assert.deepEqual(ruleParts(["a"]), [["a"]]);
  });

  for (const [count, length] of [
    [101, 20],
    [100, 250],
    [1_000, 120],
  ] as const) {
    it(`keep ${count} names of ${length} characters in order, in rules that CloudWatch takes`, () => {
      const all = names(count, length);
      const parts = ruleParts(all);
      assert.ok(parts.length > 1);
      assert.deepEqual(parts.flat(), all);
      for (const part of parts) {
        assert.ok(part.length <= 100);
        assert.ok(anyFires(part).length <= 10_240);
      }
    });
  }
});

describe("the alarm over all alarms of a hundred streams", () => {
  it("stands over silent ones that each have room for their part", async () => {
    const streams = Array.from({ length: 100 }, (_, index) => ({ name: `stream-${index}` }));
    const braintrust = { accountId: "111122223333", orgId: "org-1" };
    const { deployed } = await deployProgram({ braintrust, streams }, { stack: "prod" });
    const alarms = deployed.of("aws:cloudwatch/metricAlarm:MetricAlarm");
    const flow = alarms
      .filter(({ name }) => name.startsWith("pipeline-monitoring-") && !name.endsWith("unusual-downloads"))
      .map(({ inputs }) => inputs.name);
    assert.equal(flow.length, 102);
    const top = deployed.named("pipeline-monitoring-unhealthy", COMPOSITE_ALARM);
    const parts = deployed.of(COMPOSITE_ALARM).filter((each) => each !== top);
    assert.deepEqual(
      namesIn(top.inputs.alarmRule),
      parts.map(({ inputs }) => inputs.alarmName),
    );
    assert.deepEqual(parts.flatMap(({ inputs }) => namesIn(inputs.alarmRule)).sort(), flow.sort());
    for (const name of flow) {
      const between = parts
        .filter(({ inputs }) => compositeStateOf(String(inputs.alarmRule), [String(name)]) === "ALARM")
        .map(({ inputs }) => String(inputs.alarmName));
      assert.equal(between.length, 1);
      assert.equal(compositeStateOf(String(top.inputs.alarmRule), between), "ALARM");
    }
    for (const part of parts) {
      assert.deepEqual([part.inputs.alarmActions, part.inputs.okActions], [[], []]);
      assert.ok(deployed.waits(top, part));
    }
    assert.equal((top.inputs.alarmActions as unknown[]).length, 1);
  });
});

describe("monitoring of a thousand streams", () => {
  it("counts and watches the first hundred by name, and says of all whether any exports", async () => {
    const streams = Array.from({ length: 1_000 }, (_, index) => ({ name: `team-${index + 1_000}` }));
    const braintrust = { accountId: "111122223333", orgId: "org-1" };
    const { deployed } = await deployProgram({ braintrust, streams }, { stack: "prod" });
    const counted = deployed.of("aws:s3/bucketMetric:BucketMetric").map(({ inputs }) => String(inputs.name));
    const sample = streams.slice(0, 100).map(({ name }) => `BraintrustExports-${name}`);
    assert.deepEqual(counted.sort(), ["BraintrustExports", ...sample].sort());
    const alarms = deployed
      .of("aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ inputs }) => String(inputs.name).startsWith("braintrust-prod-no-export"));
    assert.equal(alarms.length, 101);
    const { inputs } = alarms.find(({ name }) => name === "pipeline-monitoring-no-export") ?? assert.fail();
    assert.deepEqual(inputs.dimensions, {
      BucketName: "braintrust-exports-prod-123456789012-us-east-1",
      FilterId: "BraintrustExports",
    });
    assert.match(String(inputs.alarmDescription), /no file of any of 1000 streams has arrived for 24 h/);
    const rules = deployed.of(COMPOSITE_ALARM).flatMap((each) => namesIn(each.inputs.alarmRule));
    assert.ok(rules.includes("braintrust-prod-no-export"));
    const { dashboardBody } = deployed.only("aws:cloudwatch/dashboard:Dashboard").inputs;
    assert.match(String(dashboardBody), /Is data arriving\? \(100 of 1000 streams\)/);
  });
});
