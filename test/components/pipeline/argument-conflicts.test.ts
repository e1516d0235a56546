import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ExportPipeline } from "../../../components/pipeline/pipeline";
import type { ExportPipelineArgs } from "../../../components/pipeline/pipeline-args";
import { formatProblem } from "../../../components/settings/problems";
import { deploy, problemsOf } from "../../support";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0";
const TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:oncall";

/** What ExportPipeline refuses, line by line, before it registers anything. */
async function refusals(args: ExportPipelineArgs): Promise<string[]> {
  try {
    await deploy(() => new ExportPipeline("exports", args));
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    const [first, ...lines] = error.message.split("\n");
    assert.equal(first, 'Invalid arguments of ExportPipeline "exports":');
    return lines.map((line) => line.trim());
  }
  return [];
}

describe("arguments of ExportPipeline that cannot be combined", () => {
  const alike: [what: string, args: ExportPipelineArgs][] = [
    ["a key of its own for an existing bucket", { existingBucket: "acme-exports", encryption: "kms" }],
    [
      "a lock on an existing bucket",
      { existingBucket: "acme-exports", objectLock: { mode: "GOVERNANCE", days: 9 } },
    ],
    ["two buckets", { existingBucket: "acme-exports", bucketName: "acme-traces" }],
    ["a given key for an existing bucket", { existingBucket: "acme-exports", kmsKeyArn: KEY }],
    ["a KMS key with S3's own keys", { encryption: "s3", kmsKeyArn: KEY }],
    ["the key of an existing bucket that is not named", { existingKmsKeyArn: KEY }],
    [
      "replication under a KMS key without one for the replica",
      { encryption: "kms", replication: { bucketArn: "arn:aws:s3:::acme-replica" } },
    ],
    ["a class before the one that precedes it", { lifecycle: { standardIaDays: 200 } }],
    [
      "expiry before the end of the lock",
      { objectLock: { mode: "GOVERNANCE", days: 900 }, lifecycle: { expireDays: 800 } },
    ],
    [
      "a reader of other files",
      { crossAccountReaders: [{ arn: `arn:aws:iam::111122223333:root`, prefixes: ["finance/"] }] },
    ],
    [
      "streams of which one lies in the other",
      {
        streams: [
          { name: "logs", prefix: "braintrust-exports/logs/" },
          { name: "spans", prefix: "braintrust-exports/logs/spans/" },
        ],
      },
    ],
  ];
  for (const [what, args] of alike) {
    it(`are refused in the words of the settings: ${what}`, async () => {
      const words = problemsOf({ ...args }).map(formatProblem);
      assert.ok(words.length > 0);
      assert.deepEqual(await refusals(args), words);
    });
  }

  const renamed: [args: ExportPipelineArgs, line: string][] = [
    [
      { exportPrefix: "lake/braintrust/", streams: [{ name: "spans", prefix: "spans/" }] },
      'streams[0].prefix = "spans/": is not below exportPrefix, lake/braintrust/; begin it with lake/braintrust/, or remove it',
    ],
    [
      { existingTrailLogGroup: "trail" },
      'existingTrailLogGroup = "trail": is the log group of an existing trail, and existingTrailArn names none; name the trail, or remove it: a trail of the stack\'s own has a group of its own',
    ],
    [
      { auditLock: { mode: "COMPLIANCE", days: 400 } },
      "auditLogDays = 365: is less than auditLock.days (400): no log file can go before its lock does; keep the files longer, or lock them for fewer days",
    ],
    [
      { alertTopicArn: TOPIC, alertEmails: [{ key: "a", address: pulumi.secret("a@acme.com") }] },
      "alertEmails = [(an output)]: subscribe to a topic of the stack's own, and alertTopicArn names one that is not; subscribe them to that topic yourself, or remove one of the two",
    ],
    [
      { monthlyBudgetUsd: 5 },
      "monthlyBudgetUsd = 5: has no notification target; add an address to alertEmails, or name alertTopicArn",
    ],
    [
      { fileEvents: ["s3:ObjectCreated:Put", "s3:ObjectCreated:Put"] },
      'fileEvents = ["s3:ObjectCreated:Put","s3:ObjectCreated:Put"]: names an event twice: S3 refuses overlapping events; leave "s3:ObjectCreated:*" alone, or name each kind once',
    ],
    [
      { names: { braintrustRole: "Exports", snowflakeRole: "exports" } },
      'names.snowflakeRole = "exports": is the name of Braintrust\'s role, and AWS takes a name once; give each a name of its own',
    ],
    [
      { accessKeys: [{ name: "a", status: "Inactive" }] },
      'accessKeys = [{"name":"a","status":"Inactive"}]: ends in an inactive key, and the last one is the one in use; add the key in use at the end, or activate it',
    ],
    [
      { snowflakeNetwork: {} },
      "snowflakeNetwork = {}: names no network, so that Snowflake could read from nowhere; set vpcIds or vpcEndpointIds, or remove it",
    ],
  ];
  for (const [args, line] of renamed) {
    it(`are refused by the names of arguments: ${Object.keys(args).join(", ")}`, async () => {
      assert.deepEqual(await refusals(args), [line]);
    });
  }

  it("are refused where statements of the bucket's policy clash or open it, each by its own words in the settings", async () => {
    const reader = { AWS: "arn:aws:iam::777788889999:role/lake" };
    const statement = { Sid: "Lake", Effect: "Allow", Principal: reader, Action: "s3:GetObject" };
    const statements = [
      statement,
      { ...statement, Principal: "*" },
      { ...statement, Sid: "DenyTlsBelow12" },
      { ...statement, Sid: "Elsewhere", Resource: "arn:aws:s3:::acme-traces/*" },
      { ...statement, Sid: "Both", NotAction: "s3:PutObject" },
    ];
    const bucketName = "acme-exports";
    const words = problemsOf({ bucketName, bucketPolicyStatements: statements }).map(formatProblem);
    assert.equal(words.length, 5);
    const bucketPolicyStatements = statements.map((each) => JSON.stringify(each));
    assert.deepEqual(await refusals({ bucketName, bucketPolicyStatements }), words);
  });

  it("are refused where a statement of the bucket's policy has a plain external id", async () => {
    for (const id of ["snowflakeExternalId", "loadErrorsExternalId"]) {
      const Condition = { StringEquals: { "aws:userid": "ACME_SFCRole=3_x" } };
      const statement = { Sid: "Own", Effect: "Deny", Principal: "*", Action: "s3:*", Condition };
      const given = { [id]: "ACME_SFCRole=3_x", bucketPolicyStatements: [JSON.stringify(statement)] };
      const [line = "", ...others] = await refusals(given);
      assert.match(line, new RegExp(`^bucketPolicyStatements\\[0\\] = \\(Own\\): has the value of ${id}, `));
      assert.deepEqual(others, []);
    }
  });

  it("include statements that are outputs among those that are known, and take ARNs of any partition", async () => {
    const Resource = "arn:aws-us-gov:s3:::acme-exports/*";
    const known = { Sid: "Own", Effect: "Deny", Principal: "*", Action: "s3:DeleteObject", Resource };
    const bucketPolicyStatements = [
      pulumi.secret(JSON.stringify(known)),
      JSON.stringify(known),
      pulumi.jsonStringify(known),
    ];
    assert.deepEqual(await refusals({ bucketName: "acme-exports", bucketPolicyStatements }), []);
  });

  it("are refused where one of them is an output", async () => {
    const existingBucket = pulumi.output("acme-exports");
    assert.equal((await refusals({ existingBucket, encryption: "kms" })).length, 1);
  });

  it("do not include what an existing bucket has anyway, nor the existing trail's group", async () => {
    const args: ExportPipelineArgs = {
      existingBucket: pulumi.secret("acme-exports"),
      existingKmsKeyArn: KEY,
      encryption: "s3",
      accessLogs: false,
      forceDestroy: true,
      lifecycle: { glacierDays: 90 },
      existingTrailArn: TRAIL,
      existingTrailLogGroup: "trail",
      alertTopicArn: TOPIC,
      monthlyBudgetUsd: 50,
    };
    assert.deepEqual(await refusals(args), []);
  });

  it("take an argument that is undefined for one that is not there, in lifecycle too", async () => {
    const lifecycle = { expireDays: undefined, glacierDays: undefined };
    assert.deepEqual(await refusals({ lifecycle }), []);
    assert.deepEqual(await refusals({ lifecycle, existingBucket: "acme-exports" }), []);
  });

  it("include a suffix that roles, queues or topics cannot bear, and the name of the stack that stands for it", async () => {
    for (const suffix of ["team.a", "a".repeat(41)]) {
      const [line = "", ...others] = await refusals({ suffix, bucketName: "acme-traces" });
      assert.ok(
        line.startsWith(`suffix = "${suffix}": must be at most 40 letters, digits, "-" and "_"`),
        line,
      );
      assert.deepEqual(others, []);
    }
    await assert.rejects(
      deploy(() => new ExportPipeline("exports", { bucketName: "acme-traces" }), { stack: "team.a" }),
      /suffix = "team\.a": must be at most 40/,
    );
  });

  it("include a suffix with which the bucket's default name is none", async () => {
    assert.deepEqual(await refusals({ suffix: "Support", bucketName: "acme-traces" }), []);
    const [line = "", ...others] = await refusals({ suffix: "Support" });
    assert.match(line, /^bucketName = \(unset\): is needed, since the default, braintrust-exports-Support-/);
    assert.deepEqual(others, []);
  });
});
