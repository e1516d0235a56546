import assert from "node:assert/strict";
import { bucketPolicyBytes, limits, trustPolicyLength } from "../../../components/settings/limits";
import { deployProgram, problemsOf, settingsFor } from "../../support";

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const longArn = (index: number) =>
  `arn:aws:iam::7777888899${String(index).padStart(2, "0")}:role/${"p".repeat(500)}/${"r".repeat(64)}`;
const readers = (count: number, prefixes: number, length = 100) =>
  Array.from({ length: count }, (_, index) => ({
    arn: `arn:aws:iam::7777888899${String(index).padStart(2, "0")}:role/analytics`,
    prefixes: Array.from(
      { length: prefixes },
      (_, at) => `${`braintrust-exports/${at}`.padEnd(length - 1, "x")}/`,
    ),
  }));
const streams = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `s${index}` }));
const projects = (length: number) => Array.from({ length: 20 }, (_, i) => `${i}`.padStart(length, "p"));
const braintrust = (length: number, orgId = "o".repeat(36)) => ({
  braintrust: { accountId: "111122223333", orgId, projectIds: projects(length) },
});

/** The longest prefix with which the settings are taken, and that one more character is not. */
function border(accepted: (length: number) => boolean): number {
  let [low, high] = [1, 500];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (accepted(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const longNames = {
  ...{ braintrustRole: "b".repeat(64), snowflakeRole: "s".repeat(64), snowflakeUser: "u".repeat(64) },
  ...{ errorRole: "e".repeat(64), trailRole: "t".repeat(64), snowflakeGroup: "g".repeat(128) },
  ...{ exportPolicy: "w".repeat(128), readPolicy: "r".repeat(128) },
};

describe("limits of AWS", () => {
  it("keep the bucket's policy within 20 KB, and refuse it with its size beyond", async () => {
    const given = (length: number) => ({ crossAccountReaders: readers(12, 3, length) });
    const length = border((each) => problemsOf(given(each)).length === 0);
    const { deployed } = await deployProgram(given(length), { stack: "prod" });
    const written = String(deployed.named("pipeline-bucket-policy", BUCKET_POLICY).inputs.policy).length;
    assert.ok(written <= limits.bucketPolicy && written > limits.bucketPolicy - 1_500, `${written}`);
    const [problem, ...others] = problemsOf(given(length + 1));
    assert.deepEqual([problem?.key, problem?.value, others], ["crossAccountReaders", "12 readers", []]);
    assert.match(problem?.rule ?? "", /up to 20\d\d\d bytes, and AWS takes 20480/);
  });

  it("know a policy's size for the longest names, in every region", async () => {
    for (const [region, bucketName] of [
      ["us-gov-west-1", "b".repeat(63)],
      ["ap-southeast-2", undefined],
      ["us-east-1", "acme-exports"],
    ] as const) {
      for (const encryption of ["kms", "s3"]) {
        const arn = longArn(1).replace(
          "arn:aws:",
          region.startsWith("us-gov") ? "arn:aws-us-gov:" : "arn:aws:",
        );
        const given = {
          bucketName,
          encryption,
          crossAccountReaders: [{ arn }],
          exportPrefix: `${"e".repeat(400)}/`,
        };
        const { deployed } = await deployProgram(given, { stack: "prod", region });
        const written = String(deployed.named("pipeline-bucket-policy", BUCKET_POLICY).inputs.policy).length;
        const { bucketName: _, ...rest } = given;
        const settings = settingsFor(bucketName === undefined ? rest : given, "prod", region);
        const least = bucketPolicyBytes(settings);
        assert.ok(
          written <= least && least <= written + 1_000,
          `${region} ${encryption}: ${written}, ${least}`,
        );
      }
    }
  });

  it("keep the trust policy of Braintrust's role within 2048 characters", async () => {
    const length = border((each) => problemsOf(braintrust(each)).length === 0);
    const { deployed } = await deployProgram(braintrust(length));
    const written = deployed.named("pipeline-braintrust", "aws:iam/role:Role").inputs.assumeRolePolicy;
    const text = typeof written === "string" ? written : JSON.stringify(written);
    assert.equal(text.length, trustPolicyLength(settingsFor(braintrust(length))));
    assert.ok(text.length <= limits.trustPolicy && text.length > limits.trustPolicy - 25, `${text.length}`);
    const [problem] = problemsOf(braintrust(length + 1));
    assert.equal(problem?.key, "braintrust.projectIds");
    assert.match(problem?.rule ?? "", /trust policy one of 20\d\d characters, and AWS takes 2048/);
    assert.equal(problemsOf({ braintrust: { orgId: "o".repeat(2_000) } })[0]?.key, "braintrust.orgId");
  });

  it("keep a dashboard within 500 widgets, and the bucket within 1000 metrics configurations", () => {
    const given = (count: number, dashboard: boolean) => ({
      streams: streams(count),
      events: { mode: "none" },
      monitoring: { dashboard },
    });
    assert.deepEqual(problemsOf(given(486, true)), []);
    assert.match(
      String(problemsOf(given(487, true))[0]?.rule),
      /501 widgets of a dashboard, and AWS takes 500/,
    );
    assert.deepEqual(problemsOf(given(999, false)), []);
    assert.match(
      String(problemsOf(given(1_000, false))[0]?.rule),
      /1001 metrics configurations of the bucket/,
    );
  });

  for (const access of ["role", "user"])
    it(`are out of reach for every other policy and name, whatever the settings: ${access}`, async () => {
      const snowflake = {
        access,
        iamUserArn: `arn:aws:iam::123456789012:user/${"u".repeat(510)}/${"n".repeat(64)}`,
        externalId: "x".repeat(1_224),
        errorNotifications: { enabled: true },
      };
      const { deployed } = await deployProgram(
        {
          bucketName: "b".repeat(63),
          exportPrefix: `${"e".repeat(499)}/`,
          encryption: "kms",
          crossAccountReaders: [longArn(1), longArn(2), longArn(3), longArn(4)].map((arn) => ({ arn })),
          braintrust: { accountId: "123456789012", orgId: "o".repeat(36) },
          snowflake,
          events: { mode: "sns", topicName: "t".repeat(256), queueName: "q".repeat(76) },
          iam: { path: `/${"p".repeat(510)}/`, names: longNames },
        },
        { stack: "s".repeat(40), region: "ap-northeast-1" },
      );
      const most: Readonly<Record<string, Readonly<Record<string, number>>>> = {
        // docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        "aws:iam/role:Role": { name: 64, assumeRolePolicy: 2_048 },
        "aws:iam/policy:Policy": { name: 128, policy: 6_144 },
        "aws:iam/rolePolicy:RolePolicy": { policy: 10_240 },
        // docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
        "aws:kms/keyPolicy:KeyPolicy": { policy: 32_768 },
        "aws:kms/alias:Alias": { name: 256 },
        // docs.aws.amazon.com/general/latest/gr/sns.html
        "aws:sns/topic:Topic": { name: 256 },
        "aws:sns/topicPolicy:TopicPolicy": { policy: 30_720 },
        // docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
        "aws:sqs/queue:Queue": { name: 80, policy: 8_192 },
        [BUCKET_POLICY]: { policy: limits.bucketPolicy },
        "aws:s3/bucket:Bucket": { bucket: 63 },
        // docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        "aws:cloudwatch/metricAlarm:MetricAlarm": { name: 255, alarmDescription: 1_024 },
        "aws:cloudwatch/compositeAlarm:CompositeAlarm": { alarmName: 255, alarmRule: 10_240 },
        "aws:cloudwatch/logMetricFilter:LogMetricFilter": { name: 512, pattern: 1_024 },
        "aws:cloudwatch/logGroup:LogGroup": { name: 512 },
        "aws:cloudwatch/dashboard:Dashboard": { dashboardName: 255 },
      };
      for (const { type, name, inputs } of deployed.resources) {
        for (const [input, limit] of Object.entries(most[type] ?? {})) {
          const value = inputs[input];
          if (value === undefined) continue;
          const { length } = typeof value === "string" ? value : JSON.stringify(value);
          assert.ok(length <= limit, `${input} of ${name}: ${length} of ${limit}`);
        }
      }
      for (const type of Object.keys(most)) assert.ok(deployed.of(type).length > 0, type);
    });
});
