import assert from "node:assert/strict";
import { deployProgram, problemsOf } from "../../support";

const topic = "arn:aws:sns:us-east-1:123456789012:oncall";
const trail = "arn:aws:cloudtrail:us-east-1:999900001111:trail/organization";

describe("settings of audit trail and monitoring", () => {
  const refused: [settings: Record<string, unknown>, key: string, rule: RegExp][] = [
    [{ auditTrail: { existing: "organization" } }, "auditTrail.existing", /ARN of one trail/],
    [{ auditTrail: { logGroup: "group" } }, "auditTrail.logGroup", /auditTrail.existing names none/],
    [
      { auditTrail: { existing: trail, logGroup: "arn:aws:logs:us-east-1:123456789012:log-group:g" } },
      "auditTrail.logGroup",
      /name of a log group/,
    ],
    [{ auditTrail: { logGroupDays: 45 } }, "auditTrail.logGroupDays", /^must be one of 1, 3, 5, /],
    [
      { auditTrail: { managementEvents: "read" } },
      "auditTrail.managementEvents",
      /^must be one of all, write, none$/,
    ],
    [
      { auditTrail: { lock: { mode: "COMPLIANCE", days: 30 } } },
      "auditTrail.lock.mode",
      /against everybody, the account's root included/,
    ],
    [
      { auditTrail: { retentionDays: 10, lock: { mode: "GOVERNANCE", days: 30 } } },
      "auditTrail.retentionDays",
      /no log file can go before its lock/,
    ],
    [
      { auditTrail: { existing: trail.replace("aws", "aws-cn") } },
      "auditTrail.existing",
      /is of partition aws-cn/,
    ],
    [{ monitoring: { alertTopicArn: `${topic}.fifo` } }, "monitoring.alertTopicArn", /standard SNS topic/],
    [
      { monitoring: { alertTopicArn: topic.replace("us-east-1", "eu-west-1") } },
      "monitoring.alertTopicArn",
      /their own region alone/,
    ],
    [
      { monitoring: { alertTopicArn: topic, alertEmails: ["oncall@example.com"] } },
      "monitoring.alertEmails",
      /topic of the stack's own/,
    ],
    [{ monitoring: { queueDepth: 0 } }, "monitoring.queueDepth", /^must be more than 0$/],
    [{ monitoring: { queueAgeHours: 337 } }, "monitoring.queueAgeHours", /^must be at most 336$/],
  ];
  for (const [settings, key, rule] of refused) {
    it(`refuse ${JSON.stringify(settings)}`, () => {
      const problems = problemsOf(settings);
      assert.deepEqual(
        problems.map((problem) => problem.key),
        [key],
      );
      assert.match(problems[0]?.rule ?? "", rule);
      assert.ok((problems[0]?.fix ?? "").length > 10);
    });
  }
});

describe("the alert topic", () => {
  it("lies under the stack's key, and has no encryption without one", async () => {
    const kept = async (encryption: string) => {
      const { deployed } = await deployProgram({ encryption });
      const own = deployed.of("aws:sns/topic:Topic").filter(({ name }) => name === "pipeline-alerts");
      assert.equal(own.length, 1);
      return own[0]?.inputs.kmsMasterKeyId;
    };
    assert.match(String(await kept("kms")), /^arn:aws:kms:.*:key\//);
    assert.equal(await kept("s3"), undefined);
  });

  it("mails to each address", async () => {
    const { deployed } = await deployProgram({
      monitoring: { alertEmails: ["a@example.com", "b@example.com"] },
    });
    assert.deepEqual(
      deployed.of("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs),
      ["a@example.com", "b@example.com"].map((endpoint) => ({
        topic: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-dev",
        protocol: "email",
        endpoint,
      })),
    );
  });

  it("keeps encrypted addresses secret, in names too", async () => {
    const { deployed } = await deployProgram(
      { monitoring: { alertEmails: ["a@example.com", "b@example.com"] } },
      { secretKeys: ["monitoring"] },
    );
    const subscriptions = deployed.of("aws:sns/topicSubscription:TopicSubscription");
    assert.equal(new Set(subscriptions.map(({ urn }) => urn)).size, 2);
    for (const { urn, secretInputs } of subscriptions) {
      assert.deepEqual(secretInputs, ["endpoint"]);
      assert.doesNotMatch(urn, /example/);
    }
  });

  it("names each subscription by its address, once", async () => {
    const { deployed } = await deployProgram({
      monitoring: { alertEmails: ["b@example.com", "a@example.com", "b@example.com"] },
    });
    assert.deepEqual(
      deployed.of("aws:sns/topicSubscription:TopicSubscription").map(({ name }) => name),
      ["pipeline-alerts-email-b@example.com", "pipeline-alerts-email-a@example.com"],
    );
  });

  it("gives way to one that exists", async () => {
    const { deployed, outputs } = await deployProgram({ monitoring: { alertTopicArn: topic } });
    assert.deepEqual(deployed.of("aws:sns/topic:Topic"), []);
    assert.equal(outputs.alertsTopicArn, topic);
    const alarms = deployed.of("aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.equal(alarms.length, 2);
    for (const { inputs } of alarms) assert.deepEqual(inputs.alarmActions, [topic]);
  });
});

describe("the dashboard", () => {
  const bodyOf = async (settings: object) => {
    const { deployed } = await deployProgram({ ...settings }, { stack: "prod" });
    const { widgets } = JSON.parse(
      String(deployed.only("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody),
    ) as { widgets: Widget[] };
    return widgets;
  };

  it("has a row for each question, and graphs below it", async () => {
    const widgets = await bodyOf({ events: { mode: "sns" } });
    assert.deepEqual(
      widgets.flatMap(({ properties: { markdown } }) => markdown ?? []),
      [
        "## Is data arriving?",
        "## Is it read?",
        "## Is anything refused?",
        "## What does it cost?",
        "## What waits?",
      ],
    );
    for (const { type, properties } of widgets.filter((widget) => widget.type === "metric")) {
      assert.equal(properties.region, "us-east-1", type);
      assert.ok((properties.metrics ?? []).length > 0);
    }
  });

  it("puts no widget over another, or beyond the 24 columns", async () => {
    const widgets = await bodyOf({
      events: { mode: "sns" },
      streams: [..."abcde"].map((name) => ({ name })),
    });
    const cells = widgets.flatMap(({ x, y, width, height }) => {
      assert.ok(x + width <= 24);
      return Array.from(
        { length: width * height },
        (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`,
      );
    });
    assert.equal(new Set(cells).size, cells.length);
  });

  it("is seen in the console of its partition", async () => {
    const urlOf = async (region: string) =>
      (await deployProgram({}, { stack: "prod", region })).outputs.dashboardUrl;
    const path = "#dashboards/dashboard/braintrust-snowflake-prod";
    assert.equal(
      await urlOf("us-gov-west-1"),
      `https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1${path}`,
    );
    assert.equal(
      await urlOf("cn-north-1"),
      `https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1${path}`,
    );
  });
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly markdown?: string; readonly region?: string; readonly metrics?: unknown[] };
}
