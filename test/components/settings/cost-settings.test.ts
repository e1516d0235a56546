import assert from "node:assert/strict";
import { defaultTagsOf } from "../../../components/settings/provider-settings";
import { problemsOf } from "../../support";

const alertEmails = ["oncall@example.com"];
const topic = "arn:aws:sns:us-east-1:123456789012:alerts";
const monitorArn = "arn:aws:ce::123456789012:anomalymonitor/1b2c";

describe("settings of cost", () => {
  const tags = (all: unknown) => ({ values: { "aws:defaultTags": { tags: all } } });
  const cases: [string, object, object, string, RegExp, RegExp][] = [
    [
      "without a notification target",
      { monthlyBudgetUsd: 9 },
      {},
      "monitoring.monthlyBudgetUsd",
      /no notification target/,
      /alertEmails/,
    ],
    [
      "anomalies of nothing",
      { alertEmails, costAnomalyUsd: 9 },
      {},
      "monitoring.costAnomalyUsd",
      /needs a monitor/,
      /get-anomaly-monitors/,
    ],
    [
      "a tag that nothing bears",
      { costTag: "team" },
      tags({ stack: "dev" }),
      "monitoring.costTag",
      /count nothing/,
      /use one of stack/,
    ],
    [
      "a tag to activate, and none",
      { activateCostTag: true },
      {},
      "monitoring.activateCostTag",
      /no tag/,
      /costTag/,
    ],
    [
      "a budget in GovCloud",
      { alertEmails, monthlyBudgetUsd: 9 },
      { values: { "aws:region": "us-gov-west-1" } },
      "monitoring.monthlyBudgetUsd",
      /GovCloud/,
      /standard account/,
    ],
    [
      "dollars in China",
      { alertEmails, costAnomalyUsd: 9, costAnomalyMonitorArn: monitorArn },
      { values: { "aws:region": "cn-north-1" } },
      "monitoring.costAnomalyUsd",
      /CNY/,
      /remove it/,
    ],
    [
      "a budget of nothing",
      { alertEmails, monthlyBudgetUsd: 0 },
      {},
      "monitoring.monthlyBudgetUsd",
      /0\.01/,
      /./,
    ],
    [
      "a monitor that is none",
      { costAnomalyMonitorArn: topic },
      {},
      "monitoring.costAnomalyMonitorArn",
      /anomalymonitor/,
      /get-anomaly-monitors/,
    ],
    [
      "a tag of AWS's own",
      { costTag: "aws:x" },
      {},
      "monitoring.costTag",
      /not beginning/,
      /aws:defaultTags/,
    ],
  ];
  for (const [title, monitoring, config, key, rule, fix] of cases) {
    it(`refuses ${title}`, () => {
      const [problem, ...others] = problemsOf({ monitoring }, config);
      assert.deepEqual([problem?.key, others], [key, []]);
      assert.match(problem?.rule ?? "", rule);
      assert.match(problem?.fix ?? "", fix);
    });
  }

  it("refuses none of it where monitoring is off", () => {
    assert.deepEqual(
      problemsOf({ monitoring: { enabled: false, monthlyBudgetUsd: 9, costAnomalyUsd: 1 } }),
      [],
    );
  });

  it("watches storage in every partition and with without a notification target", () => {
    for (const region of ["us-east-1", "us-gov-west-1", "cn-north-1"]) {
      assert.deepEqual(
        problemsOf({ monitoring: { storageGb: 1 } }, { values: { "aws:region": region } }),
        [],
      );
    }
  });

  it("reads the provider's tags as the engine and as a file say them", () => {
    assert.deepEqual(defaultTagsOf({ tags: { stack: "dev", count: 3, nested: {} } }), {
      stack: "dev",
      count: "3",
    });
    assert.deepEqual(defaultTagsOf('{"tags":{"stack":"dev"}}'), { stack: "dev" });
    for (const none of [undefined, null, "", "[encrypted]", "7", {}, { tags: null }]) {
      assert.deepEqual(defaultTagsOf(none), {});
    }
  });
});
