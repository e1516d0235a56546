import assert from "node:assert/strict";
import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { refusalOf } from "../../../../automation/deploy/preflight/finding";
import type { ResourceState } from "../../../../automation/engine/state/state";
import { ENCRYPTED } from "../../../../components/settings/values";
import { fails, failure, findings, only, subject } from "./subject";

describe("the pre-flight check of an existing bucket", () => {
  const settings = { "braintrust-snowflake:existingBucket": "their-bucket" };
  const QueueArn = "arn:aws:sqs:us-east-1:123456789012:theirs";
  const configured = (Id: string, prefix: string): NotificationConfiguration => ({
    QueueConfigurations: [
      {
        Id,
        QueueArn,
        Events: ["s3:ObjectCreated:Put"],
        Filter: { Key: { FilterRules: [{ Name: "prefix", Value: prefix }] } },
      },
    ],
  });
  const policy = async () =>
    JSON.stringify({ Statement: [{ Sid: "Theirs", Effect: "Allow", Action: "s3:GetObject" }] });

  it("finds nothing in what others have beside this stack's", async () => {
    const notification = async () => ({ ...configured("theirs", "finance/"), EventBridgeConfiguration: {} });
    assert.deepEqual(await findings(subject(settings), { notification, policy }), []);
  });

  it("refuses filters that overlap, and names both rules", async () => {
    const notification = async () => configured("theirs", "braintrust%2Dexports/lo");
    const found = await only(subject(settings), { notification });
    assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
    assert.match(found.message, /theirs \(s3:ObjectCreated:Put of braintrust-exports\/lo\* to arn:aws:sqs/);
    assert.match(found.message, /SnowpipeNotificationFor123456789012dev \(s3:ObjectCreated:\*/);
  });

  it("takes for the stack's own what it put there, now or by an earlier version", async () => {
    const notification = async () => configured("SnowpipeNotification", "braintrust-exports/logs/");
    const own = async () => configured("SnowpipeNotificationFor123456789012dev", "braintrust-exports/logs/");
    const resources = async (): Promise<ResourceState[]> => [
      {
        urn: "n",
        type: "aws:s3/bucketNotification:BucketNotification",
        inputs: { bucket: "their-bucket", queues: [{ id: "SnowpipeNotification", queueArn: QueueArn }] },
      },
    ];
    assert.deepEqual(await findings(subject(settings), { notification: own }), []);
    assert.deepEqual(await findings(subject(settings, { resources }), { notification }), []);
    assert.equal((await only(subject(settings), { notification })).severity, "refusal");
  });

  it("does not read a notification that the update does not write", async () => {
    const waiting = { ...settings, "braintrust-snowflake:events": { mode: "none" } };
    const notification = fails(failure("AccessDenied"));
    assert.deepEqual(await findings(subject(waiting), { notification }), []);
  });

  it("refuses a policy that cannot be read", async () => {
    const found = await only(subject(settings), { policy: async () => "?" });
    assert.deepEqual([found.severity, found.cause], ["refusal", "surroundings"]);
    assert.match(found.message, /cannot be read/);
  });

  it("refuses for want of a right, which it names", async () => {
    const denied = fails(failure("AccessDenied", "not authorized to perform this"));
    const found = await findings(subject(settings), { policy: denied, notification: denied });
    const refusal = refusalOf("dev", found);
    for (const what of ["policy", "notification"]) {
      const line = `  the ${what} of their-bucket cannot be read: AccessDenied: .*; grant the caller s3:GetBucket${what}$`;
      assert.match(refusal?.message ?? "", new RegExp(line, "im"));
    }
  });

  it("leaves to the provider what S3 does not answer in time", async () => {
    const found = await only(subject(settings), { policy: () => new Promise<never>(() => {}) }, 50);
    assert.equal(found.severity, "note");
    assert.match(found.message, /^the policy of their-bucket .*no answer within the deadline/);
  });

  it("leaves to the provider what only the engine can ask", async () => {
    const asked = fails(new Error("asked"));
    const [found, ...others] = await findings(subject({ ...settings, "aws:secretKey": ENCRYPTED }), {
      policy: asked,
    });
    assert.match(found?.message ?? "", /aws:secretKey is encrypted/);
    assert.deepEqual(others, []);
    const hidden = await only(subject({ "braintrust-snowflake:existingBucket": ENCRYPTED }), {
      policy: asked,
    });
    assert.equal(hidden.severity, "note");
  });

  for (const [name, told] of [
    ["PermanentRedirect", { $response: { headers: { "x-amz-bucket-region": "eu-west-1" } } }],
    ["AuthorizationHeaderMalformed", { Region: "eu-west-1" }],
  ] as const) {
    it(`names both regions where S3 answers ${name}`, async () => {
      const redirected = fails(Object.assign(failure(name), told));
      const found = await only(subject(settings), { policy: redirected, notification: redirected });
      assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
      assert.match(found.message, /^their-bucket is in eu-west-1, and the stack in us-east-1/);
    });
  }

  it("refuses a bucket that is not there", async () => {
    const gone = fails(failure("NoSuchBucket"));
    const found = await only(subject(settings), { policy: gone, notification: gone });
    assert.equal(found.severity, "refusal");
    assert.match(found.fix, /correct existingBucket/);
  });
});
