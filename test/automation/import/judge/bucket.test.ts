import assert from "node:assert/strict";
import { bucket, imported, judged, said, targetOf, written } from "../found";

const NAME = "northwind-llm-traces";
const queueArn = "arn:aws:sqs:eu-central-1:210987654321:trace-events";
const queue = {
  name: "trace-events",
  url: "https://sqs.eu-central-1.amazonaws.com/210987654321/trace-events",
  arn: queueArn,
  policy: undefined,
  tags: {},
  deadLetterArn: undefined,
  ownDeadLetterUrl: undefined,
};
const sending = <To extends object>(destination: To, prefix: string) => ({
  Id: "files",
  Events: ["s3:ObjectCreated:*" as const],
  Filter: { Key: { FilterRules: [{ Name: "prefix" as const, Value: prefix }] } },
  ...destination,
});

describe("a bucket that was created by hand", () => {
  it("is imported with the parts that it has, by its name", () => {
    const judgement = judged({ bucket: bucket({ versioning: undefined, hasOwnershipControls: false }) });
    assert.deepEqual(imported(judgement), [
      `pipeline-bucket ${NAME}`,
      `pipeline-bucket-privacy ${NAME}`,
      `pipeline-bucket-encryption ${NAME}`,
    ]);
    assert.deepEqual(written(judgement), { bucketName: NAME });
    assert.match(said(judgement, "warn").join(), /versioning is never enabled: `up` enables it/);
  });

  it("is refused where it is in another region, and nothing of it is imported", () => {
    const judgement = judged({ bucket: bucket({ region: "us-west-2" }) });
    assert.deepEqual(imported(judgement), []);
    assert.match(said(judgement, "fail").join(), /it is in us-west-2, and the stack in eu-central-1/);
  });

  it("is refused where its ACL lets others in", () => {
    const grantee = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    assert.match(said(judged({ bucket: bucket({ aclGrantees: [grantee] }) }), "fail").join(), /LogDelivery/);
  });

  it("stays its owner's where the stack names it as existingBucket", () => {
    const target = targetOf({ "braintrust-snowflake:existingBucket": NAME });
    assert.deepEqual(imported(judged({ bucket: bucket() }, target)), []);
  });

  it("keeps its objects from a development stack's destroy, and an empty one not", () => {
    const dev = targetOf({}, "dev");
    const kept = written(judged({ bucket: bucket({ holdsObjects: true }) }, dev));
    assert.deepEqual([kept.protect, kept.forceDestroy], [true, false]);
    assert.equal(written(judged({ bucket: bucket() }, dev)).protect, undefined);
    const said = targetOf({ "braintrust-snowflake:forceDestroy": true }, "dev");
    assert.equal(written(judged({ bucket: bucket({ holdsObjects: true }) }, said)).forceDestroy, undefined);
  });

  it("keeps its own key, and is refused where the settings would leave exports under it unreadable", () => {
    const arn = "arn:aws:kms:eu-central-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const encrypted = bucket({ encryption: { SSEAlgorithm: "aws:kms" }, key: { arn, managed: false } });
    const { encryption, kmsKeyArn } = written(judged({ bucket: encrypted }));
    assert.deepEqual([encryption, kmsKeyArn], ["kms", arn]);
    const target = targetOf({ "braintrust-snowflake:encryption": "s3" });
    assert.match(said(judged({ bucket: encrypted }, target), "fail").join(), /encrypted with arn:aws:kms/);
    const managed = bucket({ encryption: { SSEAlgorithm: "aws:kms" }, key: { arn, managed: true } });
    assert.equal(written(judged({ bucket: managed })).kmsKeyArn, undefined);
  });

  it("keeps the statements of others, each with a Sid, and Snowflake's reader as one of the settings", () => {
    const reader = "arn:aws:iam::555566667777:role/dwh";
    const Statement = [
      { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${NAME}/secret/*` },
      {
        Sid: "AllowSnowflakeAccess",
        Effect: "Allow",
        Principal: { AWS: reader },
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${NAME}/*`,
      },
      { Sid: "DenyInsecureTransport", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" },
    ];
    const judgement = judged({ bucket: bucket({ policy: JSON.stringify({ Statement }) }) });
    assert.deepEqual(written(judgement).bucketPolicyStatements, [{ ...Statement[0], Sid: "Kept1" }]);
    assert.deepEqual(written(judgement).crossAccountReaders, [{ arn: reader }]);
    assert.ok(imported(judgement).includes(`pipeline-bucket-policy ${NAME}`));
  });

  it("keeps its lifecycle rules where the profile is none, and says that they are replaced otherwise", () => {
    const found = { bucket: bucket({ lifecycleRules: [{ ID: "tmp", Status: "Enabled" }] }) };
    assert.match(said(judged(found), "warn").join(), /`up` replaces its lifecycle rules \(tmp\)/);
    const judgement = judged(found, targetOf({ "braintrust-snowflake:lifecycle": { profile: "none" } }));
    assert.ok(!imported(judgement).some((one) => one.startsWith("pipeline-bucket-lifecycle")));
  });

  it("keeps tags by aws:ignoreTags, but for those of the stack", () => {
    const target = targetOf({ "aws:defaultTags": { tags: { team: "data" } } });
    const judgement = judged({ bucket: bucket({ tags: { team: "ml", Owner: "Ann" } }) }, target);
    assert.deepEqual(written(judgement)["aws:ignoreTags"], { keys: ["Owner"] });
    assert.match(said(judgement, "warn").join(), /team: ml becomes data/);
  });
});

describe("the notification of a bucket that was created by hand", () => {
  it("is imported where it sends to the queue that is imported, with the folder of the exports", () => {
    const notification = { QueueConfigurations: [sending({ QueueArn: queueArn }, "llm/runs/")] };
    const judgement = judged({ bucket: bucket({ notification }), queue }, targetOf(), {
      queue: "trace-events",
    });
    assert.ok(imported(judgement).includes(`pipeline-events-notification ${NAME}`));
    assert.ok(imported(judgement).includes(`pipeline-events-queue ${queue.url}`));
    const { exportPrefix, streams, "events.mode": mode, "events.queueName": queueName } = written(judgement);
    assert.deepEqual([exportPrefix, mode, queueName], ["llm/runs/", "queue", "trace-events"]);
    assert.deepEqual(streams, [{ name: "logs", format: "jsonl", prefix: "llm/runs/" }]);
  });

  it("is refused where it serves others, who are named", () => {
    const notification = {
      QueueConfigurations: [sending({ QueueArn: queueArn }, "llm/")],
      LambdaFunctionConfigurations: [
        {
          ...sending({}, "images/"),
          Id: "thumbs",
          LambdaFunctionArn: "arn:aws:lambda:eu-central-1:210987654321:function:thumbs",
        },
      ],
      EventBridgeConfiguration: {},
    };
    const refused = said(judged({ bucket: bucket({ notification }), queue }), "fail");
    assert.equal(refused.length, 2);
    assert.match(
      refused.join(),
      /thumbs .*function:thumbs\) is none of this pipeline's[\s\S]*EventBridge is none/,
    );
  });

  it("is refused on an existingBucket where it is the pipeline's own, and not where it is others'", () => {
    const notification = {
      QueueConfigurations: [
        sending({ QueueArn: queueArn }, "llm/"),
        { ...sending({ QueueArn: `${queueArn}-billing` }, "invoices/"), Id: "billing" },
      ],
    };
    const target = targetOf({ "braintrust-snowflake:existingBucket": NAME });
    const [refused = "", ...others] = said(
      judged({ bucket: bucket({ notification }), queue }, target),
      "fail",
    );
    assert.match(refused, /files .*trace-events\) is this pipeline's, and on an existingBucket/);
    assert.deepEqual(others, []);
  });

  it("keeps the queue of Snowflake's pipe", () => {
    const channel = "arn:aws:sqs:eu-central-1:444455556666:sf-snowpipe-AIDAX-abc";
    const notification = { QueueConfigurations: [sending({ QueueArn: channel }, "braintrust-exports/")] };
    const judgement = judged({ bucket: bucket({ notification }) });
    assert.deepEqual(said(judgement, "fail"), []);
    assert.deepEqual(written(judgement)["events.notificationChannels"], { logs: channel });
    assert.equal(written(judgement)["events.mode"], undefined);
  });

  it("leaves a prefix that the settings give, and says which folders the roles do not reach", () => {
    const target = targetOf({ "braintrust-snowflake:exportPrefix": "exports/" });
    const judgement = judged({ bucket: bucket({ folders: ["braintrust/", "exports/"] }) }, target);
    assert.equal(written(judgement).exportPrefix, undefined);
    assert.match(said(judgement, "warn").join(), /neither role reaches braintrust\/ after/);
  });

  it("does not touch several streams", () => {
    const notification = { QueueConfigurations: [sending({ QueueArn: queueArn }, "braintrust-exports/")] };
    const streams = [{ name: "a" }, { name: "b" }].map((one) => ({ ...one, format: "jsonl" }));
    const target = targetOf({ "braintrust-snowflake:streams": streams });
    assert.equal(written(judged({ bucket: bucket({ notification }), queue }, target)).streams, undefined);
  });
});
