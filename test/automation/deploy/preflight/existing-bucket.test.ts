import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { refusalOf } from "../../../../automation/deploy/preflight/finding";
import type { ResourceState } from "../../../../automation/engine/state/state";
import { UsageError } from "../../../../automation/errors";
import { ENCRYPTED } from "../../../../components/settings/schema";
import { fails, failure, findings, only, subject } from "./subject";

describe("the look at an existing bucket", () => {
  const settings = { "braintrust-snowflake:existingBucket": "their-bucket" };
  const QueueArn = "arn:aws:sqs:us-east-1:123456789012:theirs";
  const notification = async () => ({ QueueConfigurations: [{ Id: "theirs", QueueArn }] });
  const policy = async () =>
    JSON.stringify({ Statement: [{ Sid: "Theirs", Effect: "Allow", Action: "s3:GetObject" }] });

  it("refuses to replace a notification, and says what it holds and the way on", async () => {
    const found = await only(subject(settings), { notification });
    assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
    assert.match(found.message, new RegExp(`their-bucket .*theirs to ${QueueArn}`));
    assert.match(found.fix, /--replace-foreign/);
    const bridge = await only(subject(settings), {
      notification: async () => ({ EventBridgeConfiguration: {} }),
    });
    assert.match(bridge.message, /EventBridge/);
  });

  it("leaves a notification alone that the update does not write", async () => {
    const waiting = { ...settings, "braintrust-snowflake:events": { mode: "none" } };
    assert.deepEqual(await findings(subject(waiting), { notification }), []);
  });

  it("refuses to replace a policy's statements, and says which", async () => {
    const found = await only(subject(settings), { policy });
    assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
    assert.match(found.message, /Theirs \(Allow s3:GetObject\)/);
    const unreadable = await only(subject(settings), { policy: async () => "?" });
    assert.match(unreadable.message, /cannot be read/);
  });

  it("knows what the stack itself put there", async () => {
    const resources = async (): Promise<ResourceState[]> => [
      {
        urn: "n",
        type: "aws:s3/bucketNotification:BucketNotification",
        inputs: { bucket: "their-bucket", queues: [{ id: "theirs", queueArn: QueueArn }] },
      },
      {
        urn: "p",
        type: "aws:s3/bucketPolicy:BucketPolicy",
        inputs: { bucket: "their-bucket", policy: await policy() },
      },
    ];
    assert.deepEqual(await findings(subject(settings, { resources }), { notification, policy }), []);
  });

  it("replaces on the caller's word, and says so", async () => {
    const found = await findings(subject(settings, { replaceForeign: true }), { notification, policy });
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ["note", "note"],
    );
    assert.equal(refusalOf("dev", found), undefined);
  });

  describe("that cannot be looked at", () => {
    const denied = failure("AccessDenied", "not authorized to perform this");
    const silent = { policy: fails(denied), notification: fails(denied) };
    const never = { policy: () => new Promise<never>(() => {}) };
    const hiddenKeys = { ...settings, "aws:secretKey": ENCRYPTED };
    const resources = async (): Promise<ResourceState[]> => [
      {
        urn: "n",
        type: "aws:s3/bucketNotification:BucketNotification",
        inputs: { bucket: "their-bucket" },
      },
      { urn: "p", type: "aws:s3/bucketPolicy:BucketPolicy", inputs: { bucket: "their-bucket" } },
    ];
    const severities = (found: readonly { severity: string }[]) => found.map(({ severity }) => severity);

    it("refuses to replace what it may hold for want of a right, which it names", async () => {
      const found = await findings(subject(settings), silent);
      const refusal = refusalOf("dev", found);
      assert.ok(refusal instanceof UsageError);
      for (const what of ["policy", "notification"]) {
        const line = new RegExp(
          `^  the ${what} of their-bucket could not be looked at: AccessDenied: .*; it may hold .* of others, ` +
            `and S3 keeps one ${what} for a bucket; grant the caller s3:GetBucket${what}, or .*--replace-foreign$`,
          "im",
        );
        assert.match(refusal.message, line);
      }
    });

    it("refuses where S3 is silent", async () => {
      const found = await only(subject(settings), never, 50);
      assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
      assert.match(found.message, /^the policy of their-bucket .*no answer within the deadline/);
      assert.match(found.fix, /^try again .*s3:GetBucketPolicy, or .*--replace-foreign$/);
    });

    it("refuses where only the engine can ask", async () => {
      const hidden = subject(hiddenKeys);
      const found = await findings(hidden, { policy: fails(new Error("asked")) });
      assert.deepEqual(severities(found), ["refusal", "refusal", "note"]);
      assert.match(found[0]?.message ?? "", /^the policy .*aws:secretKey is encrypted/);
      assert.match(found[0]?.fix ?? "", /this process .*s3:GetBucketPolicy, or .*--replace-foreign$/);
      const elsewhere = subject(hiddenKeys, {
        resources: async () =>
          (await resources()).map((one) => ({ ...one, inputs: { bucket: "another-bucket" } })),
      });
      assert.deepEqual(severities(await findings(elsewhere)), ["refusal", "refusal", "note"]);
    });

    it("refuses where its name is encrypted", async () => {
      const found = await findings(subject({ "braintrust-snowflake:existingBucket": ENCRYPTED }));
      assert.deepEqual(severities(found), ["refusal", "refusal"]);
      assert.match(found[0]?.fix ?? "", /^write its name in plain text, or .*--replace-foreign$/);
    });

    it("makes a note of it where the stack has its own there already", async () => {
      const found = await findings(subject(settings, { resources }), silent);
      assert.deepEqual(severities(found), ["note", "note"]);
      assert.match(found[0]?.fix ?? "", /^grant the caller s3:GetBucketPolicy$/);
      assert.equal(refusalOf("dev", await findings(subject(hiddenKeys, { resources }))), undefined);
    });

    it("replaces on the caller's word, and says so", async () => {
      for (const values of [settings, hiddenKeys]) {
        const found = await findings(subject(values, { replaceForeign: true }), silent);
        assert.equal(refusalOf("dev", found), undefined);
        assert.equal(found.filter(({ fix }) => fix === "--replace-foreign replaces it").length, 2);
      }
    });

    it("says nothing of a notification that the update does not write", async () => {
      const without = { ...hiddenKeys, "braintrust-snowflake:events": { mode: "none" } };
      assert.deepEqual(severities(await findings(subject(without))), ["refusal", "note"]);
    });

    it("has the state's word, however long the state takes", async () => {
      const slow = async () => {
        await sleep(100);
        return resources();
      };
      const found = await findings(subject(settings, { resources: slow }), silent, 50);
      assert.deepEqual(severities(found), ["note", "note"]);
    });
  });

  for (const [name, told] of [
    ["PermanentRedirect", { $response: { headers: { "x-amz-bucket-region": "eu-west-1" } } }],
    ["AuthorizationHeaderMalformed", { Region: "eu-west-1" }],
  ] as const) {
    it(`names both regions where S3 answers ${name}, and offers no way around`, async () => {
      const redirected = fails(Object.assign(failure(name), told));
      const found = await only(subject(settings), { policy: redirected, notification: redirected });
      assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
      assert.match(found.message, /^their-bucket is in eu-west-1, and the stack in us-east-1/);
      assert.doesNotMatch(found.fix, /replace-foreign/);
    });
  }

  it("refuses a bucket that is not there", async () => {
    const found = await findings(subject(settings, { replaceForeign: true }), {
      policy: fails(failure("NoSuchBucket")),
      notification: fails(failure("NoSuchBucket")),
    });
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ["refusal", "refusal"],
    );
    assert.match(found[0]?.fix ?? "", /correct existingBucket/);
  });
});
