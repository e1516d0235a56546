import assert from "node:assert/strict";
import {
  judgeFailure,
  namedCauses,
  outcomeUnknown,
  passingCauses,
} from "../../../../automation/engine/run/failure-causes";
import { parseSettings } from "../../../../components/settings/read-settings";
import type { Settings } from "../../../../components/settings/settings";

function settings(own: Readonly<Record<string, unknown>> = {}): Settings {
  const values = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [`braintrust-snowflake:${key}`, value]),
  );
  const parsed = parseSettings({ stack: "dev", values: { "aws:region": "us-east-1", ...values } });
  return parsed.settings ?? assert.fail(JSON.stringify(parsed.problems));
}

const throttled =
  "1 error occurred:\n\t* creating IAM Role (BraintrustExportRole-dev): operation error IAM: CreateRole, exceeded maximum number of attempts, 25, https response error StatusCode: 400, RequestID: 1, api error Throttling: Rate exceeded";
const slowDown =
  "putting S3 Bucket (b) Versioning: operation error S3: PutBucketVersioning, https response error StatusCode: 503, RequestID: 1, HostID: 2, api error SlowDown: Please reduce your request rate.";
const invalidDestination =
  "creating S3 Bucket (b) Notification: operation error S3: PutBucketNotificationConfiguration, https response error StatusCode: 400, RequestID: 1, HostID: 2, api error InvalidArgument: Unable to validate the following destination configurations";
const invalidPrincipal =
  "putting S3 Bucket (b) Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 400, RequestID: 1, HostID: 2, api error MalformedPolicy: Invalid principal in policy";
const invalidTrust =
  'creating IAM Role (SnowflakeReaderRole-dev): operation error IAM: CreateRole, https response error StatusCode: 400, RequestID: 1, MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:user/abc"';
const notFoundInTopic =
  "setting SNS Topic Policy: operation error SNS: SetTopicAttributes, https response error StatusCode: 400, RequestID: 1, InvalidParameter: Invalid parameter: Policy Error: PrincipalNotFound";
const noRole =
  "attaching IAM Policy (arn:aws:iam::123456789012:policy/p) to IAM Role (SnowflakeReaderRole-dev): operation error IAM: AttachRolePolicy, https response error StatusCode: 404, RequestID: 1, NoSuchEntity: The role with name SnowflakeReaderRole-dev cannot be found.";
const conflict =
  "creating S3 Bucket (b): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 1, api error OperationAborted: A conflicting conditional operation is currently in progress against this resource. Please try again.";
const denied =
  "creating IAM Role (r): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:CreateRole";

const kindOf = (resource: string, message: string, own?: Readonly<Record<string, unknown>>) =>
  judgeFailure({ resource, message }, settings(own)).kind;

describe("judgeFailure", () => {
  it("lets what IAM has not spread yet pass", () => {
    assert.equal(kindOf("pipeline-snowflake-attachment", noRole), "passing");
  });

  it("leaves what the provider has repeated in vain to a later run", () => {
    for (const message of [throttled, slowDown, conflict]) {
      const failure = { resource: "pipeline-bucket", message };
      assert.equal(passingCauses([failure], settings()), undefined);
      assert.match(namedCauses([failure], settings())[0] ?? "", /; run the same command again later$/);
    }
  });

  it("lets S3's test of a queue or a topic of our own pass, and not that of a pipe's queue", () => {
    const notification = "pipeline-events-notification";
    assert.equal(kindOf(notification, invalidDestination, { events: { mode: "sns" } }), "passing");
    assert.equal(kindOf(notification, invalidDestination, { events: { mode: "queue" } }), "passing");
    assert.equal(kindOf(notification, invalidDestination), "permanent");
  });

  it("names the setting of a principal that does not exist", () => {
    const named = (resource: string, message: string) => namedCauses([{ resource, message }], settings())[0];
    assert.match(named("pipeline-bucket-policy", invalidPrincipal) ?? "", /crossAccountReaders/);
    assert.match(named("pipeline-snowflake", invalidTrust) ?? "", /: snowflake\.iamUserArn says/);
    assert.match(named("pipeline-braintrust", invalidTrust) ?? "", /braintrust\.accountId/);
    assert.match(named("pipeline-events-topic-policy", notFoundInTopic) ?? "", /snsSubscriberArn/);
  });

  it("blames a key's own roles where nobody else is named", () => {
    const crossAccountReaders = [{ arn: "arn:aws:iam::210987654321:role/reader" }];
    const named = (own?: Readonly<Record<string, unknown>>) =>
      namedCauses([{ resource: "pipeline-key-policy", message: invalidTrust }], settings(own))[0];
    assert.match(named() ?? "", /a new role is not visible everywhere yet/);
    assert.match(named({ crossAccountReaders }) ?? "", /crossAccountReaders/);
  });

  it("says who can lift what AWS refuses, and by what", () => {
    const key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
    for (const [message, cause, own] of [
      [
        denied,
        /AWS denies iam:CreateRole to the caller; grant it .*`.* permissions --stack dev --for deploy`/,
      ],
      [
        `${denied} because no identity-based policy allows the iam:CreateRole action`,
        /no identity-based policy allows iam:CreateRole; grant it/,
      ],
      [
        `${denied} with an explicit deny in an identity-based policy`,
        /: an identity-based policy denies iam:CreateRole; grant it/,
      ],
      [
        `${denied} with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1`,
        /: a service control policy denies iam:CreateRole; have the administrators of your AWS organization/,
      ],
      [
        `${denied} because no permissions boundary allows the iam:CreateRole action`,
        /no permissions boundary allows iam:CreateRole; have the owner of the boundary/,
      ],
      ["api error AccessDenied: Access Denied", /AWS denies this to the caller; grant it/],
      [
        "LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000",
        /a quota of the account is reached; request a higher one/,
      ],
      ["TooManyBuckets: You have attempted to create more buckets than allowed", /a quota of the account/],
      ["MaximumNumberOfTrailsExceededException: User: 1 already has 5 trails", /a quota of the account/],
      [
        "CreateBucket, StatusCode: 409, BucketAlreadyExists: ",
        /another account has a bucket of this name; set bucketName/,
      ],
      [
        `KMS.DisabledException: ${key} is disabled.`,
        /key is disabled.*; enable it by `aws kms enable-key`.* needed$/,
      ],
      [
        `KMSInvalidStateException: ${key} is pending deletion.`,
        /, or name another one in kmsKeyArn$/,
        { encryption: "kms", kmsKeyArn: key },
      ],
    ] as const) {
      const failure = { resource: "pipeline-braintrust", message };
      const [named = "", ...more] = namedCauses([failure, failure], settings(own));
      assert.match(named, /^pipeline-braintrust: /);
      assert.match(named, cause);
      assert.deepEqual(more, []);
    }
  });

  it("says nothing of what it does not know", () => {
    assert.equal(kindOf("pipeline-bucket", "InvalidBucketState: no"), "unknown");
  });
});

describe("passingCauses", () => {
  const passing = { resource: "pipeline-snowflake-attachment", message: noRole };
  const stays = { resource: "pipeline-braintrust", message: denied };

  it("has causes where every failure may pass, each once", () => {
    assert.deepEqual(passingCauses([passing, passing], settings()), [
      "what IAM has just created is not visible everywhere",
    ]);
  });

  it("has none where AWS may have done what it did not confirm", () => {
    const unanswered = { ...passing, message: `${noRole}, context deadline exceeded` };
    assert.equal(passingCauses([passing, unanswered], settings()), undefined);
  });

  it("has none where one of them stays, or none is known", () => {
    assert.equal(passingCauses([passing, stays], settings()), undefined);
    assert.equal(passingCauses([], settings()), undefined);
  });
});

describe("outcomeUnknown", () => {
  it("holds where nobody answered, and not where AWS did", () => {
    for (const message of [
      "error reading from server: EOF",
      "rpc error: code = Unavailable desc = transport is closing",
      "operation error S3: CreateBucket, https response error StatusCode: 0, request send failed, dial tcp: i/o timeout",
      "read tcp 10.0.0.1:443: connection reset by peer",
      "context deadline exceeded",
    ]) {
      assert.ok(outcomeUnknown({ message }), message);
    }
    for (const message of [throttled, slowDown, "api error AccessDenied: no", "resource monitor shut down"]) {
      assert.ok(!outcomeUnknown({ message }), message);
    }
  });
});
