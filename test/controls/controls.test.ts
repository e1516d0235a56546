import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Evident, Judged } from "../../automation/controls/evidence";
import { groups, judge } from "../../automation/controls/groups";
import { projectDir } from "../../automation/project/stack-file";
import { deployProgram } from "../support";
import { controlsPage, verdictOf } from "./page";
import { evaluatePrograms, judgedOf, type Programs } from "./programs";

const numbered = (prefix: string, ...numbers: number[]) => numbers.map((number) => `${prefix}.${number}`);

/** The controls of AWS Security Hub and CIS that speak of what a stack makes, with those of the account beside them. */
const asked = [
  ...numbered("S3", 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 22, 23),
  ...numbered("IAM", 1, 2, 3, 5, 8, 21, 22, 28),
  "CIS 1.12",
  "CIS 1.10",
  ...numbered("SQS", 1, 2, 3),
  ...numbered("SNS", 1, 3, 4),
  ...numbered("KMS", 1, 2, 3, 4, 5),
  ...numbered("SecretsManager", 1, 2, 3, 4, 5),
  ...numbered("CloudTrail", 1, 2, 3, 4, 5, 6, 7, 9, 10),
  ...numbered("CloudWatch", 15, 16, 17),
];
const others = numbered("CloudWatch", 4, 5, 7, 8);

/** One change of the program each, and the controls that must fail. */
const losses: readonly [
  title: string,
  change: (resource: Evident) => Evident | undefined,
  controls: string[],
][] = [
  [
    "a public access block that is off",
    changed("BucketPublicAccessBlock", { blockPublicPolicy: false }),
    ["CloudTrail.6", "S3.2", "S3.3", "S3.8"],
  ],
  ["no versioning", removed("BucketVersioning"), ["S3.14"]],
  ["ACLs", changed("BucketOwnershipControls", { rule: { objectOwnership: "ObjectWriter" } }), ["S3.12"]],
  ["no lifecycle", removed("BucketLifecycleConfiguration"), ["S3.10", "S3.13"]],
  ["no access logs", removed("BucketLogging"), ["S3.9"]],
  ["no notification", removed("BucketNotification"), ["S3.11"]],
  ["a queue without encryption", changed("Queue", { sqsManagedSseEnabled: false }), ["SQS.1"]],
  ["a key that does not rotate", changed("Key", { enableKeyRotation: false }), ["KMS.4"]],
  ["a key that goes in a week", changed("Key", { deletionWindowInDays: 7 }), ["KMS.3"]],
  ["a policy of everything", changed("Policy", { policy: allowing("*", "*") }), ["IAM.1", "IAM.21"]],
  [
    "a policy of every key",
    changed("Policy", { policy: allowing("kms:Decrypt", "*") }),
    ["IAM.1", "KMS.1", "KMS.2"],
  ],
  ["a public queue", changed("Queue", { policy: allowing("sqs:SendMessage", "q", "*") }), ["SQS.3"]],
  ["a public topic", changed("TopicPolicy", { policy: allowing("sns:Publish", "t", "*") }), ["SNS.4"]],
  [
    "a public key",
    changed("KeyPolicy", { policy: allowing("kms:Decrypt", "k", "*") }),
    ["CloudTrail.2", "KMS.5"],
  ],
  [
    "a bucket policy without TLS",
    changed("BucketPolicy", { policy: allowing("s3:PutBucketPolicy", "b", "r") }),
    ["S3.5", "S3.6"],
  ],
  ["no bucket policy", removed("BucketPolicy"), ["S3.5", "S3.6"]],
  [
    "a bucket policy that lets another account do anything",
    changed("BucketPolicy", { policy: allowing("s3:*", "b", "r") }),
    ["S3.5", "S3.6"],
  ],
  ["a notification without recipients", changed("BucketNotification", { topics: [] }), ["S3.11"]],
  [
    "a trail without log file validation",
    changed("Trail", { enableLogFileValidation: false }),
    ["CloudTrail.4"],
  ],
  ["a trail without a key", changed("Trail", { kmsKeyId: undefined }), ["CloudTrail.2"]],
  ["a trail without a log group", changed("Trail", { cloudWatchLogsGroup: {} }), ["CloudTrail.5"]],
  [
    "a trail into a bucket of others",
    changed("Trail", { s3Bucket: { existing: { name: "theirs" } } }),
    ["CloudTrail.6", "S3.5"],
  ],
  [
    "a trail of another bucket",
    changed("Trail", { advancedEventSelectors: [{ equals: ["Management", "AWS::S3::Object", ":::b/"] }] }),
    ["S3.22", "S3.23"],
  ],
  ["no trail", removed("Trail"), ["S3.22", "S3.23", "S3.5", ...numbered("CloudTrail", 1, 2, 3, 4, 5, 6, 9)]],
  ["a trail of one Region", changed("Trail", { isMultiRegionTrail: false }), ["CloudTrail.1"]],
  [
    "alarms without actions",
    changed("MetricAlarm", { alarmActions: [], actionsEnabled: false }),
    numbered("CloudWatch", 15, 17),
  ],
  ["no filters on the trail", removed("LogMetricFilter"), others],
  ["no secret", removed("Secret"), ["SecretsManager.3", "SecretsManager.5"]],
  ["no key of Snowflake's user", removed("AccessKey"), ["CIS 1.12"]],
  ["no group", removed("GroupPolicyAttachment"), ["IAM.2"]],
  ["encryption without a key", changed("BucketServerSideEncryptionConfiguration", { rules: [] }), ["S3.17"]],
];

/** Controls that fail with something else than a change of one resource, in tests of their own. */
const lossesElsewhere = ["CIS 1.10", "CloudTrail.9", "IAM.5", "SNS.3", "SQS.2", "SecretsManager.5"];

describe("the controls", () => {
  let programs: Programs;
  before(async () => {
    programs = await evaluatePrograms();
  });

  it("are the 56 that are asked for, and four more, once each", () => {
    assert.equal(asked.length, 56);
    const ids = groups.flatMap(({ controls }) => controls.map(({ id }) => id));
    assert.deepEqual([...ids].sort(), [...asked, ...others].sort());
  });

  it("have evidence or a reason, which docs/controls.md tells", async () => {
    const page = await fs.readFile(path.join(projectDir, "docs", "controls.md"), "utf8");
    assert.equal(page, controlsPage(programs), "run `npm run docs:controls`");
  });

  it("that are met have each a loss here that they fail with", () => {
    const met = groups.flatMap(({ controls }) => controls.filter(({ verdict }) => "met" in verdict));
    const lost = new Set([...losses.flatMap(([, , controls]) => controls), ...lossesElsewhere]);
    assert.deepEqual(met.map(({ id }) => id).sort(), [...lost].sort());
  });

  for (const [title, change, controls] of losses) {
    it(`fail with ${title}`, () => {
      const spoilt = (resources: readonly Evident[]) =>
        resources.flatMap((resource) => change(resource) ?? []);
      const changedPrograms = {
        ...programs,
        prod: spoilt(programs.prod),
        everything: spoilt(programs.everything),
      };
      assert.deepEqual(failing(changedPrograms), [...controls].sort());
    });
  }

  it("fail without tags", () => {
    assert.deepEqual(failing({ ...programs, tags: {} }), [
      "CloudTrail.9",
      "SNS.3",
      "SQS.2",
      "SecretsManager.5",
    ]);
  });

  it("are met where settings add what is otherwise an accepted exception", async () => {
    const { deployed } = await deployProgram(
      {
        bucketName: "zoetrope-exports",
        encryption: "s3",
        objectLock: { mode: "GOVERNANCE", days: 45 },
      },
      { stack: "zoetrope" },
    );
    const judged = { programs: [deployed.resources], exportBucket: "zoetrope-exports", tags: {} };
    assert.match(judgement("S3.15", judged), /^met: .*GOVERNANCE, 45 days$/);
    for (const id of ["IAM.3", "IAM.8", "IAM.22", "SecretsManager.1", "SecretsManager.4"]) {
      assert.match(judgement(id, judged), /^not applicable: /, id);
    }
  });

  it("are accepted exceptions without these settings, and of a user that has a key", () => {
    for (const id of ["S3.7", "S3.15", "IAM.3", "IAM.8", "IAM.22", "SecretsManager.1", "SecretsManager.4"]) {
      assert.match(judgement(id, judgedOf(programs)), /^accepted: /, id);
    }
  });

  it("are accepted, not met, where AWS's own check asks for more than the stack has", () => {
    const narrower = ["S3.9", "S3.11", "S3.17", "S3.22", "S3.23", "SecretsManager.3", ...others];
    for (const id of narrower)
      assert.match(judgement(id, judgedOf(programs)), /^accepted: `|^accepted: the export bucket/, id);
  });

  it("are met in a stack without log buckets, where nothing is left out", async () => {
    const { deployed } = await deployProgram({
      bucketName: "kestrel-exports",
      encryption: "kms",
      events: { mode: "queue" },
    });
    const judged = { programs: [deployed.resources], exportBucket: "kestrel-exports", tags: {} };
    assert.match(judgement("S3.11", judged), /^met: /);
    assert.match(judgement("S3.17", judged), /^met: /);
  });

  it("leave what an existing bucket has to its owner", async () => {
    const { deployed } = await deployProgram({
      existingBucket: "corp-data-lake-raw",
      exportPrefix: "ml/braintrust/",
      crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/lake/analyst" }],
      auditTrail: { enabled: true },
    });
    const judged = { programs: [deployed.resources], exportBucket: "corp-data-lake-raw", tags: {} };
    assert.match(judgement("S3.6", judged), /^unknown: .*`corp-data-lake-raw` is not in the plan/);
    for (const id of ["S3.2", "S3.12", "S3.14"]) {
      assert.match(
        judgement(id, judged),
        /^met: every bucket that the stack creates: .*`corp-data-lake-raw` decides/,
        id,
      );
    }
  });

  it("leave a statement that denies every action out of what a role may do", async () => {
    const { deployed } = await deployProgram(
      {
        snowflakeRegion: "us-east-1",
        snowflake: {
          iamUserArn: "arn:aws:iam::444455556666:user/snow",
          externalId: "zoetrope_1",
          network: { vpcIds: ["vpc-0123456789abcdef0"] },
        },
      },
      { stack: "zoetrope" },
    );
    const judged = { programs: [deployed.resources], exportBucket: "", tags: {} };
    assert.match(JSON.stringify(deployed.resources), /DenyOtherNetworks/);
    assert.match(judgement("IAM.1", judged), /^met: /);
    assert.match(judgement("IAM.21", judged), /^met: /);
  });

  it("name whose key the export bucket is under", async () => {
    const kmsKeyArn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
    const { deployed } = await deployProgram(
      { bucketName: "zoetrope-exports", encryption: "kms", kmsKeyArn },
      { stack: "zoetrope" },
    );
    const judged = { programs: [deployed.resources], exportBucket: "zoetrope-exports", tags: {} };
    assert.match(judgement("S3.17", judged), /^accepted: .*`kmsKeyArn`/);
    assert.match(judgement("S3.17", judgedOf(programs)), /^accepted: .*the stack's own key/);
  });

  it("fail with a password of Snowflake's user, and a policy of its own", () => {
    const user = { name: "user", inputs: {} };
    const types = ["aws:iam/userLoginProfile:UserLoginProfile", "aws:iam/userPolicy:UserPolicy"];
    const more = types.map((type) => ({ ...user, type }));
    assert.deepEqual(failing({ ...programs, everything: [...programs.everything, ...more] }), [
      "CIS 1.10",
      "IAM.2",
      "IAM.5",
    ]);
  });
});

function failing(programs: Programs): string[] {
  const all = groups.flatMap(({ controls }) => controls);
  return all
    .filter((control) => {
      // An accepted control never counts as met here.
      if (!("met" in control.verdict)) return false;
      try {
        return verdictOf(control, programs)[1] === "";
      } catch {
        return true;
      }
    })
    .map(({ id }) => id)
    .sort();
}

/** A control's verdict and evidence: "met: because". */
function judgement(wanted: string, judged: Judged): string {
  const control =
    groups.flatMap(({ controls }) => controls).find(({ id }) => id === wanted) ?? assert.fail(wanted);
  const { word, why } = judge(control, judged);
  return `${word}: ${why}`;
}

function isKind({ type }: Evident, kind: string): boolean {
  return type.endsWith(`:${kind}`);
}

function changed(kind: string, inputs: Evident["inputs"]) {
  return (resource: Evident): Evident =>
    isKind(resource, kind) ? { ...resource, inputs: { ...resource.inputs, ...inputs } } : resource;
}

function removed(kind: string) {
  return (resource: Evident): Evident | undefined => (isKind(resource, kind) ? undefined : resource);
}

function allowing(action: string, resource: string, principal?: string): string {
  const who = principal === undefined ? {} : { Principal: { AWS: principal } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: resource, ...who }],
  });
}
