import assert from "node:assert/strict";
import { SECRET } from "../../automation/plan/planned-provider";
import { isStateful } from "../../components/stateful";
import { SHARED_POLICY } from "../../components/storage/share-names";
import { deployProgram, type Program, type ProgramPlace, type Registered, type Statement } from "../support";

const snowflakeUser = "arn:aws:iam::444455556666:user/abc1-b-self1234";
const connected = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  snowflake: { iamUserArn: snowflakeUser, externalId: "acme=1", errorNotifications: { enabled: true } },
};
const streams = [{ name: "logs" }, { name: "spans", format: "parquet" }];
const crossAccountReaders = [{ arn: "arn:aws:iam::777788889999:role/analytics" }];

const programs: [title: string, settings: Readonly<Record<string, unknown>>, place: ProgramPlace][] = [
  ["dev as it comes", {}, { stack: "dev" }],
  ["prod as it comes", {}, { stack: "prod" }],
  ["dev with everything on", { ...connected, streams, events: { mode: "sns" }, encryption: "kms" }, {}],
  [
    "prod with everything on",
    {
      ...connected,
      streams,
      crossAccountReaders,
      events: { mode: "sns" },
      objectLock: { mode: "GOVERNANCE", days: 30 },
    },
    { stack: "prod" },
  ],
  ["a queue of its own", { ...connected, streams, events: { mode: "queue" } }, { stack: "prod" }],
  ["Snowflake's user", { ...connected, snowflake: { access: "user" } }, { stack: "prod" }],
  [
    "an existing bucket",
    { ...connected, existingBucket: "theirs", events: { mode: "queue" } },
    { stack: "prod" },
  ],
  ["no events", { ...connected, events: { mode: "none" }, lifecycle: { profile: "none" } }, {}],
];

const isOfAws = ({ type }: Registered) => type.startsWith("aws:");
const listed = (value: string | string[] | undefined): string[] => [value ?? []].flat();

/** Every statement of every policy document that is an input of some resource. */
function everyStatement({ deployed }: Program): { of: string; statement: Statement }[] {
  return deployed.resources.filter(isOfAws).flatMap((resource) =>
    Object.values(resource.inputs).flatMap((input) => {
      if (typeof input !== "string" || !input.startsWith('{"Version"')) return [];
      const statements: Statement[] = JSON.parse(input).Statement;
      return statements.map((statement) => ({ of: resource.name, statement }));
    }),
  );
}

function atMostOnePerBucket({ deployed }: Program, type: string): void {
  const buckets = deployed.of(type).map(({ inputs }) => inputs.bucket);
  assert.deepEqual(buckets, [...new Set(buckets)], `${type} is a singleton of its bucket`);
}

/** Log buckets whose policy awsx makes. */
function trailBuckets({ deployed }: Program): unknown[] {
  return deployed
    .of("awsx:cloudtrail:Trail")
    .map(({ inputs }) => (inputs.s3Bucket as { existing: { name: string } }).existing.name);
}

for (const [title, settings, place] of programs) {
  describe(`the whole program: ${title}`, () => {
    let program: Program;
    let buckets: unknown[];
    before(async () => {
      program = await deployProgram(settings, place);
      buckets = program.deployed
        .of("aws:s3/bucket:Bucket")
        .map(({ inputs, name }) => inputs.bucket ?? `${name}-0000000`);
    });

    it("has what can be there once a bucket once", () => {
      for (const type of program.deployed.resources.map((resource) => resource.type)) {
        const several = ["aws:s3/bucket:Bucket", "aws:s3/bucketMetric:BucketMetric"].includes(type);
        if (type.startsWith("aws:s3/bucket") && !several) atMostOnePerBucket(program, type);
      }
      const metrics = program.deployed
        .of("aws:s3/bucketMetric:BucketMetric")
        .map(({ inputs }) => inputs.name);
      assert.deepEqual(metrics, [...new Set(metrics)]);
      const policed = [
        ...["aws:s3/bucketPolicy:BucketPolicy", SHARED_POLICY].flatMap((type) =>
          program.deployed.of(type).map(({ inputs }) => inputs.bucket),
        ),
        ...trailBuckets(program),
      ];
      assert.deepEqual(policed, [...new Set(policed)]);
      assert.ok(program.deployed.of("aws:s3/bucketNotification:BucketNotification").length <= 1);
      for (const bucket of [...buckets, program.outputs.bucketName]) assert.ok(policed.includes(bucket));
    });

    it("has one policy of the key, of each queue and of each topic", () => {
      const count = (type: string) => program.deployed.of(type).length;
      assert.equal(count("aws:kms/keyPolicy:KeyPolicy"), count("aws:kms/key:Key"));
      for (const { name, inputs } of program.deployed.of("aws:sqs/queue:Queue")) {
        assert.ok(inputs.policy !== undefined, name);
      }
      assert.equal(count("aws:sqs/queuePolicy:QueuePolicy"), 0);
      assert.equal(count("aws:sns/topicPolicy:TopicPolicy"), count("aws:sns/topic:Topic"));
    });

    it("allows no action by wildcard, and nobody without a name", () => {
      const statements = everyStatement(program);
      assert.ok(statements.length >= 8);
      for (const { of, statement } of statements.filter(({ statement }) => statement.Effect === "Allow")) {
        for (const action of listed(statement.Action)) {
          assert.match(action, /^[a-z0-9]+:[A-Za-z0-9]+$/, `${of} allows ${action}`);
        }
        const { Principal: principal = {} } = statement;
        assert.ok(typeof principal !== "string", `${of} allows everybody`);
        for (const named of Object.values(principal).flatMap(listed)) {
          assert.ok(!named.includes("*"), `${of} allows ${named}`);
        }
      }
    });

    it("allows a service nothing without naming the source", () => {
      for (const { of, statement } of everyStatement(program)) {
        const { Principal: principal } = statement;
        if (typeof principal !== "object" || !("Service" in principal)) continue;
        const { ArnEquals = {}, StringEquals = {} } = statement.Condition ?? {};
        // Alarms, budgets and cost anomalies of the account; the events of one log group.
        const named = "aws:SourceArn" in ArnEquals || "kms:EncryptionContext:aws:logs:arn" in StringEquals;
        const ofAccount = /Alerts$/.test(statement.Sid ?? "") && "aws:SourceAccount" in StringEquals;
        assert.ok(named || ofAccount, `${of} ${statement.Sid}`);
      }
    });

    it("refuses plain HTTP to every bucket and queue", () => {
      const closed = everyStatement(program)
        .filter(({ statement }) => statement.Effect === "Deny" && statement.Principal === "*")
        .filter(({ statement }) => statement.Condition?.Bool?.["aws:SecureTransport"] === "false")
        .flatMap(({ statement }) =>
          listed(statement.Action).some((a) => a.endsWith(":*")) ? listed(statement.Resource) : [],
        );
      // awsx writes the policy of a trail's log bucket, and a mocked deployment has none of its resources.
      const ofAwsx = trailBuckets(program);
      for (const bucket of buckets.filter((each) => !ofAwsx.includes(each))) {
        assert.ok(closed.some((arn) => arn.endsWith(`:::${bucket}`)));
        assert.ok(closed.some((arn) => arn.endsWith(`:::${bucket}/*`)));
      }
      for (const { inputs } of program.deployed.of("aws:sqs/queue:Queue")) {
        assert.ok(closed.some((arn) => arn.endsWith(`:${inputs.name}`)));
      }
    });

    it("makes no bucket that could be public, unencrypted or unversioned", () => {
      const { deployed } = program;
      const of = (type: string) => deployed.of(type).map(({ inputs }) => inputs.bucket);
      for (const type of [
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      ]) {
        assert.deepEqual(of(type).sort(), [...buckets].sort(), type);
      }
      for (const { inputs } of deployed.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")) {
        const { bucket: _, ...blocks } = inputs;
        assert.deepEqual(blocks, {
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        });
      }
      for (const { inputs } of deployed.of("aws:s3/bucketVersioning:BucketVersioning")) {
        assert.deepEqual(inputs.versioningConfiguration, { status: "Enabled" });
      }
      for (const type of ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketObject:BucketObject"]) {
        assert.deepEqual(deployed.of(type), []);
      }
    });

    it("encrypts every queue, rotates the key", () => {
      for (const { inputs } of program.deployed.of("aws:sqs/queue:Queue")) {
        assert.equal(inputs.sqsManagedSseEnabled, true);
      }
      for (const { inputs } of program.deployed.of("aws:kms/key:Key"))
        assert.equal(inputs.enableKeyRotation, true);
    });

    it("gives every resource a parent: the stack has the pipeline alone, and the pipeline components alone", () => {
      const { resources } = program.deployed;
      const stack = program.deployed.only("pulumi:pulumi:Stack");
      const pipeline = program.deployed.only("braintrust-snowflake:index:ExportPipeline");
      const childrenOf = (parent: Registered) =>
        resources.filter((resource) => resource.parent === parent.urn);
      const providers = program.deployed.of("pulumi:providers:braintrust-snowflake");
      assert.equal(providers.length, program.outputs.bucketName === "theirs" ? 1 : 0);
      assert.deepEqual(childrenOf(stack), [...providers, pipeline]);
      assert.deepEqual(childrenOf(pipeline).filter(isOfAws), []);
      assert.deepEqual(
        resources.filter(({ parent }) => parent === ""),
        [stack],
      );
    });

    it("keeps every secret a secret", () => {
      for (const { name, inputs, secretInputs } of program.deployed.resources) {
        for (const [input, value] of Object.entries(inputs)) {
          if (JSON.stringify(value).includes(SECRET))
            assert.ok(secretInputs.includes(input), `${name}.${input}`);
        }
      }
      for (const [name, value] of Object.entries(program.outputs)) {
        if (JSON.stringify(value).includes(SECRET)) assert.ok(program.secretOutputs.includes(name), name);
      }
    });

    it("protects in production what an update could lose, and nothing else", () => {
      const production = place.stack === "prod";
      for (const { name, type, urn, protect } of program.deployed.resources) {
        assert.equal(protect, production && isStateful(urn), `${type} ${name}`);
      }
    });

    it("puts no output into a text before it is known", () => {
      for (const { name, inputs } of program.deployed.resources) {
        assert.doesNotMatch(JSON.stringify(inputs), /Calling \[to|\[object |undefined|OutputImpl/, name);
      }
    });

    it("sends events only once the destination takes them and the key lets S3", () => {
      const { deployed } = program;
      const before = ["aws:sqs/queue:Queue", "aws:sns/topicPolicy:TopicPolicy"].flatMap((type) =>
        deployed.of(type),
      );
      for (const notification of deployed.of("aws:s3/bucketNotification:BucketNotification")) {
        const targets = [
          notification.inputs.queues ?? [],
          notification.inputs.topics ?? [],
        ].flat() as Target[];
        for (const target of targets) {
          const arn = target.queueArn ?? target.topicArn ?? "";
          const policy = before.find(({ inputs }) => String(inputs.policy).includes(`"Resource":"${arn}"`));
          assert.ok(policy !== undefined, `${arn} has a policy`);
          assert.ok(deployed.waits(notification, policy), `the notification waits for ${policy.name}`);
        }
        for (const keyPolicy of deployed.of("aws:kms/keyPolicy:KeyPolicy")) {
          assert.equal(deployed.waits(notification, keyPolicy), notification.inputs.topics !== undefined);
          const slow = [...deployed.of("aws:sqs/queue:Queue"), ...deployed.of("aws:sns/topic:Topic")];
          assert.ok(slow.every((made) => !deployed.waits(made, keyPolicy)));
        }
      }
    });

    it("has the key's policy let CloudTrail and CloudWatch Logs use the key before they do", () => {
      const { deployed } = program;
      const users = [
        ...deployed.of("aws:cloudwatch/logGroup:LogGroup"),
        ...deployed.of("awsx:cloudtrail:Trail"),
      ];
      for (const policy of deployed.of("aws:kms/keyPolicy:KeyPolicy")) {
        for (const user of users) assert.ok(deployed.waits(user, policy), user.name);
      }
    });

    // The settings of a new bucket take S3 a minute, the making of a key ten seconds.
    it("makes each bucket before anything else of AWS", () => {
      const { deployed } = program;
      for (const bucket of deployed.of("aws:s3/bucket:Bucket")) {
        const others = deployed.resources.filter((other) => isOfAws(other) && other !== bucket);
        const first = others.filter((other) => deployed.waits(bucket, other)).map(({ name }) => name);
        assert.deepEqual(first, [], bucket.name);
      }
    });

    it("sets the policy of a bucket after its public access block", () => {
      const { deployed } = program;
      const blocks = deployed.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
      for (const policy of deployed.of("aws:s3/bucketPolicy:BucketPolicy")) {
        const own = blocks.find(({ inputs }) => inputs.bucket === policy.inputs.bucket);
        if (own !== undefined) assert.ok(deployed.waits(policy, own), policy.name);
      }
    });
  });
}

interface Target {
  readonly queueArn?: string;
  readonly topicArn?: string;
}
