import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { nagExceptions, notJudged } from "../../automation/controls/cdk-nag";
import type { Evident } from "../../automation/controls/evidence";
import { cloudFormation } from "../controls/cloudformation";
import { evaluatePrograms, type Programs } from "../controls/programs";

const folder = process.env.CDK_NAG ?? "";

describe("the program, to the checker cdk-nag", function () {
  this.timeout(120_000);
  let programs: Programs;

  before(async function () {
    if (!existsSync(path.join(folder, "node_modules", "cdk-nag"))) {
      console.error("skipped: CDK_NAG names no folder with cdk-nag, aws-cdk-lib and constructs");
      this.skip();
    }
    programs = await evaluatePrograms();
  });

  it("has the findings that docs/controls.md accepts, and no other", async () => {
    const found = [programs.prod, programs.everything].map(judge);
    const findings = (await Promise.all(found)).flatMap((report) => report.findings);
    const accepted = nagExceptions.flatMap(({ id, found: on }) => on.map((name) => `${id} ${name}`));
    assert.deepEqual([...new Set(findings)].sort(), accepted.sort());
  });

  for (const [name, least] of [
    ["prod", 30],
    ["everything", 40],
  ] as const) {
    it(`is judged in every resource of a type that has rules: ${name}`, async () => {
      const { template, judged } = await judge(programs[name]);
      const read = Object.entries(template)
        .filter(([, { Type }]) => !notJudged.includes(Type))
        .map(([id]) => id);
      assert.deepEqual(judged, read.sort());
      assert.ok(judged.length >= least, `${judged.length}`);
    });
  }

  const without =
    (type: string) =>
    (each: Evident): Evident[] =>
      each.type === type ? [] : [each];
  const set =
    (type: string, inputs: Evident["inputs"]) =>
    (each: Evident): Evident[] => [
      each.type === type ? { ...each, inputs: { ...each.inputs, ...inputs } } : each,
    ];
  const losses: readonly [what: string, change: (each: Evident) => Evident[], finding: string][] = [
    [
      "a block of public access",
      without("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
      "NIST.800.53.R5-S3BucketPublicReadProhibited PipelineBucketBucket",
    ],
    [
      "one of its four blocks",
      set("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { restrictPublicBuckets: false }),
      "NIST.800.53.R5-S3BucketLevelPublicAccessProhibited PipelineBucketBucket",
    ],
    [
      "a bucket policy that refuses plain HTTP",
      without("aws:s3/bucketPolicy:BucketPolicy"),
      "AwsSolutions-S10 PipelineBucketBucket",
    ],
    [
      "versions",
      without("aws:s3/bucketVersioning:BucketVersioning"),
      "NIST.800.53.R5-S3BucketVersioningEnabled PipelineBucketBucket",
    ],
    [
      "the key's rotation",
      set("aws:kms/key:Key", { enableKeyRotation: false }),
      "AwsSolutions-KMS5 PipelineKeyKey",
    ],
    [
      "a topic policy that refuses plain HTTP",
      without("aws:sns/topicPolicy:TopicPolicy"),
      "AwsSolutions-SNS3 PipelineErrorsTopicTopic",
    ],
    [
      "the queues' encryption",
      set("aws:sqs/queue:Queue", { sqsManagedSseEnabled: false }),
      "AwsSolutions-SQS2 PipelineEventsQueueQueue",
    ],
    [
      "the group of Snowflake's user",
      without("aws:iam/userGroupMembership:UserGroupMembership"),
      "NIST.800.53.R5-IAMUserGroupMembership PipelineSnowflakeUserUser",
    ],
    [
      "the key of the trail's log group",
      set("aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: undefined }),
      "NIST.800.53.R5-CloudWatchLogGroupEncrypted PipelineAuditGroupLogGroup",
    ],
  ];
  for (const [what, change, finding] of losses) {
    it(`would have another without ${what}`, async () => {
      const { findings } = await judge(programs.everything.flatMap(change));
      assert.ok(findings.includes(finding), findings.join("\n"));
    });
  }
});

/** What the script prints. */
interface Report {
  readonly judged: readonly string[];
  readonly failures: readonly { readonly rule: string; readonly resource: string }[];
}

async function judge(resources: readonly Evident[]) {
  const template = await cloudFormation(resources);
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), "cdk-nag-"));
  try {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [path.join(__dirname, "print_nag_findings.js"), dir],
      { input: JSON.stringify({ Resources: template }), encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    const { judged, failures }: Report = JSON.parse(stdout);
    // A rule that finds several things in a resource says which, in brackets.
    const findings = failures.map(({ rule, resource }) => `${rule.replace(/\[.*$/, "")} ${resource}`);
    return { template, judged, findings };
  } finally {
    await fs.rm(dir, { recursive: true, force: true });
  }
}
