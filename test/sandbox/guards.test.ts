import assert from "node:assert/strict";
import { type PipelineOutputs, preview, up } from "../../automation";
import { prowlerExceptions } from "../../automation/controls/prowler";
import type { Change } from "../../automation/engine/changes";
import type { Statement } from "../support";
import { type Aws, type Overrides, type SandboxStack, useSandbox } from "./harness";
import { prowlerFindings, prowlerLacking } from "./prowler";

/** Every guard that a production stack has, but S3's request metrics: the emulator cannot remove them. */
const guarded: Overrides = {
  encryption: "kms",
  accessLogs: { enabled: true },
  auditTrail: { enabled: true, lock: { mode: "GOVERNANCE", days: 1 } },
  monitoring: {
    enabled: true,
    requestMetrics: false,
    alertEmails: ["oncall@example.com"],
    storageGb: 100,
    queueDepth: 10,
    compositeAlarm: true,
    dashboard: true,
  },
};

/** The emulator tells the provider less of these than it was given, so that each looks changed. */
const alarms = ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"];

const trailLogs = ["cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn"];
const misread = ({ type, operation, properties }: Change): boolean =>
  operation !== "delete" &&
  (alarms.includes(type) ||
    (type === "aws:cloudtrail/trail:Trail" && properties.every((each) => trailLogs.includes(each))));

describe("the guards of a production stack", () => {
  const sandbox = useSandbox();
  let aws: Aws;
  let stack: SandboxStack;
  let outputs: PipelineOutputs;

  before(async () => {
    stack = await sandbox.stack("prod-guarded", guarded);
    aws = stack.clients();
  });

  const without = async (settings: Overrides): Promise<{ gone: Change[]; others: Change[] }> => {
    await stack.configure(settings);
    const { changes } = await up({ ...stack.options, allowLoss: true });
    const real = changes.filter((change) => !misread(change));
    const gone = real.filter(({ operation }) => operation === "delete");
    return { gone, others: real.filter((change) => !gone.includes(change)) };
  };
  const belongs = (prefixes: readonly string[]) => (change: Change) =>
    prefixes.some((prefix) => change.name === prefix || change.name.startsWith(`${prefix}-`));

  it("come up, and stay as they are", async () => {
    const deployed = await up(stack.options);
    outputs = deployed.outputs;
    assert.ok(deployed.changes.some(({ type }) => type === "aws:cloudtrail/trail:Trail"));
    assert.ok(deployed.changes.filter(({ type }) => alarms.includes(type)).length >= 8);
    const differing = await preview(stack.options);
    assert.deepEqual(
      differing.filter((change) => !misread(change)),
      [],
    );
  });

  it("let the one trail write log files, over TLS", async () => {
    const Bucket = "braintrust-audit-prod-guarded-000000000000";
    const { Policy = "" } = await aws.s3.getBucketPolicy({ Bucket });
    const statements: Statement[] = JSON.parse(Policy).Statement;
    assert.deepEqual(
      statements.map(({ Sid, Effect }) => [Effect, Sid]),
      [
        ["Allow", "AWSCloudTrailAclCheck"],
        ["Allow", "AWSCloudTrailWrite"],
        ["Deny", "DenyInsecureTransport"],
        ["Deny", "DenyTlsBelow12"],
      ],
    );
    const trailArn = "arn:aws:cloudtrail:us-east-1:000000000000:trail/braintrust-exports-prod-guarded";
    for (const { Condition } of statements.slice(0, 2)) {
      assert.deepEqual(Condition?.ArnEquals, { "aws:SourceArn": trailArn });
    }
    assert.equal(statements[1]?.Resource, `arn:aws:s3:::${Bucket}/AWSLogs/000000000000/*`);
  });

  it("have the findings of prowler that docs/controls.md accepts, and no other", async function () {
    const lacking = prowlerLacking();
    if (lacking !== undefined) {
      console.error(`skipped: ${lacking}`);
      this.skip();
    }
    const found = await prowlerFindings("000000000000", "us-east-1");
    const accepted = prowlerExceptions.flatMap(({ check, found: on }) =>
      on.map((name) => `${check} ${name}`),
    );
    assert.deepEqual([...new Set(found)].sort(), accepted.sort());
  });

  it("go with the access logs: their bucket, and nothing else", async () => {
    const { gone, others } = await without({ ...guarded, accessLogs: { enabled: false } });
    assert.equal(gone.length, 8);
    assert.ok(gone.every(belongs(["pipeline-bucket-access-logs"])));
    // Which watches the bucket of the logs too.
    assert.deepEqual(
      others.map(({ operation, name }) => `${operation} ${name}`),
      ["update pipeline-trail-watch-bucket-changes-filter"],
    );
  });

  it("go with the audit trail: the trail, its logs, and what watches them", async () => {
    const { gone, others } = await without({
      ...guarded,
      accessLogs: { enabled: false },
      auditTrail: { enabled: false },
    });
    assert.ok(gone.length >= 20);
    assert.deepEqual(
      gone.filter((change) => !belongs(["pipeline-audit", "pipeline-trail-watch"])(change)),
      [],
    );
    assert.deepEqual(others.map(({ operation, name }) => `${operation} ${name}`).sort(), [
      "update pipeline-key-policy",
      "update pipeline-monitoring-dashboard",
    ]);
  });

  it("go with monitoring: alarms, dashboard, topic and cost guard, and nothing else", async () => {
    const { gone, others } = await without({
      ...guarded,
      accessLogs: { enabled: false },
      auditTrail: { enabled: false },
      monitoring: { enabled: false },
    });
    assert.deepEqual(
      gone.filter((change) => !belongs(["pipeline-monitoring", "pipeline-alerts", "pipeline-cost"])(change)),
      [],
    );
    assert.ok(gone.length >= 8);
    assert.deepEqual(
      others.map(({ operation, name }) => `${operation} ${name}`),
      ["update pipeline-key-policy"],
    );
    assert.ok((await aws.s3.listBuckets()).Buckets?.some(({ Name }) => Name === outputs.bucketName));
    assert.deepEqual(await preview(stack.options), []);
  });
});
