import assert from "node:assert/strict";
import { auditNames } from "../../../components/audit/audit-names";
import { AuditTrail, type AuditTrailArgs, eventSelectors } from "../../../components/audit/audit-trail";
import { hardenTrailPolicy, type TrailPolicy } from "../../../components/audit/trail-bucket-policy";
import { complete } from "../../../components/pipeline/pipeline-args";
import { bucketNameRule } from "../../../components/settings/rules/text-rules";
import { toArgs } from "../../../components/to-args";
import { account, deploy, deployProgram, resolved, type Statement, settingsFor } from "../../support";

const bucketArn = "arn:aws:s3:::logs";
const trailArn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/braintrust-exports-prod";
const owner = { bucketArn, trailArn, accountId: "123456789012" };

/** As awsx 3.9.0 writes it: awsx/cloudtrail/trail.ts of pulumi/pulumi-awsx. */
const awsxPolicy: TrailPolicy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "AWSCloudTrailAclCheck",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["s3:GetBucketAcl"],
      Resource: [bucketArn],
    },
    {
      Sid: "AWSCloudTrailWrite",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn}/*`],
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ],
};

describe("hardenTrailPolicy", () => {
  const statements = async (): Promise<Statement[]> => {
    const hardened = JSON.stringify(await plainOf(hardenTrailPolicy(awsxPolicy, owner)));
    return JSON.parse(hardened).Statement;
  };

  it("names the one trail in each grant, keeps awsx's conditions and narrows the write to the account", async () => {
    const [check, write] = await statements();
    assert.deepEqual(check?.Condition, { ArnEquals: { "aws:SourceArn": trailArn } });
    assert.equal(check?.Resource, bucketArn);
    assert.deepEqual(write?.Condition, {
      StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" },
      ArnEquals: { "aws:SourceArn": trailArn },
    });
    assert.equal(write?.Resource, `${bucketArn}/AWSLogs/123456789012/*`);
  });

  it("refuses plain HTTP and TLS below 1.2", async () => {
    const denied = (await statements()).filter(({ Effect }) => Effect === "Deny");
    assert.deepEqual(
      denied.map(({ Condition }) => Condition),
      [{ Bool: { "aws:SecureTransport": "false" } }, { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
    );
  });

  it("does not let a statement through that it does not know", () => {
    const changes: TrailPolicy["Statement"] = [
      { Effect: "Allow", Action: "s3:*", Resource: bucketArn },
      { Effect: "Allow", Action: ["s3:GetBucketAcl", "s3:GetObject"], Resource: bucketArn },
      { Effect: "Deny", Action: "s3:GetBucketAcl", Resource: bucketArn },
    ];
    for (const changed of changes) {
      assert.throws(
        () => hardenTrailPolicy({ ...awsxPolicy, Statement: [changed] }, owner),
        /has a statement unknown here/,
      );
    }
  });
});

describe("AuditTrail", () => {
  const build = async (given: object = {}, args: Partial<AuditTrailArgs> = {}) => {
    const { auditLogDays, auditLogGroupDays, managementEvents, auditLock } = complete(
      toArgs(settingsFor({ auditTrail: given }, "prod")),
    );
    const { deployed } = await deploy(
      () =>
        new AuditTrail("audit", {
          retentionDays: auditLogDays,
          logGroupDays: auditLogGroupDays,
          managementEvents,
          lock: auditLock,
          names: auditNames("braintrust-exports-prod", "prod", account()),
          bucketArn: "arn:aws:s3:::acme-exports",
          account: account(),
          kmsKeyArn: "arn:key",
          dependsOn: [],
          forceDestroy: false,
          ...args,
        }),
    );
    return deployed;
  };

  it("records the account's events and the exports', in every region, validated and under the key", async () => {
    const { advancedEventSelectors, ...trail } = (await build()).only("awsx:cloudtrail:Trail").inputs;
    assert.deepEqual(trail, {
      name: "braintrust-exports-prod",
      s3Bucket: {
        existing: {
          name: "braintrust-audit-prod-123456789012",
          arn: "arn:aws:s3:::braintrust-audit-prod-123456789012",
        },
      },
      cloudWatchLogsGroup: {
        enable: true,
        existing: {
          arn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/cloudtrail/braintrust-exports-prod",
        },
      },
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      kmsKeyId: "arn:key",
    });
    assert.equal((advancedEventSelectors as unknown[]).length, 2);
  });

  it("gives its bucket a name that S3 takes, of the longest and strangest stack", async () => {
    const name = await resolved(auditNames("trail", "A_".repeat(20), account()).bucketName);
    assert.ok(bucketNameRule.holds(name), name);
  });

  it("waits for the public access block of its bucket, since awsx sets a policy there", async () => {
    const deployed = await build();
    const trail = deployed.only("awsx:cloudtrail:Trail");
    assert.ok(deployed.waits(trail, deployed.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")));
    assert.ok(deployed.waits(trail, deployed.only("aws:cloudwatch/logGroup:LogGroup")));
  });

  it("keeps files and events as long as asked, and locks files where asked", async () => {
    const deployed = await build({
      retentionDays: 40,
      logGroupDays: 30,
      lock: { mode: "GOVERNANCE", days: 20 },
    });
    const lifecycle = deployed.only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    assert.deepEqual((lifecycle.inputs.rules as { expiration: object }[])[0]?.expiration, { days: 40 });
    assert.equal(deployed.only("aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays, 30);
    assert.deepEqual(
      deployed.only("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs.rule,
      { defaultRetention: { mode: "GOVERNANCE", days: 20 } },
    );
    assert.equal(
      (await build()).of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").length,
      0,
    );
  });

  it("selects by the objects of the one bucket, and management events as asked", async () => {
    const fields = async (events: "all" | "write" | "none") => {
      const selectors = (await plainOf(eventSelectors("arn:aws:s3:::b", events))) as {
        fieldSelectors: object[];
      }[];
      return selectors.map(({ fieldSelectors }) => fieldSelectors);
    };
    const data = [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: ["AWS::S3::Object"] },
      { field: "resources.ARN", startsWiths: ["arn:aws:s3:::b/"] },
    ];
    const management = { field: "eventCategory", equals: ["Management"] };
    assert.deepEqual(await fields("none"), [data]);
    assert.deepEqual(await fields("all"), [data, [management]]);
    assert.deepEqual(await fields("write"), [data, [management, { field: "readOnly", equals: ["false"] }]]);
  });
});

describe("an organization's trail", () => {
  const existing = "arn:aws:cloudtrail:us-east-1:999900001111:trail/organization";

  it("takes the place of ours: nothing is made, and nothing watched without its log group", async () => {
    const { deployed, outputs } = await deployProgram({ auditTrail: { existing } }, { stack: "prod" });
    assert.equal(outputs.auditTrailArn, existing);
    for (const type of [
      "awsx:cloudtrail:Trail",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    ]) {
      assert.deepEqual(deployed.of(type), []);
    }
  });

  it("has metric filters on its log group where that is the destination, but none on the trail itself", async () => {
    const { deployed } = await deployProgram(
      { auditTrail: { existing, logGroup: "organization-trail" } },
      { stack: "prod" },
    );
    const filters = deployed.of("aws:cloudwatch/logMetricFilter:LogMetricFilter");
    assert.ok(filters.length > 0);
    for (const { inputs } of filters) assert.equal(inputs.logGroupName, "organization-trail");
    assert.equal(deployed.of("aws:cloudwatch/logGroup:LogGroup").length, 0);
  });
});

/** What a value with outputs in it comes to. */
async function plainOf(value: object): Promise<unknown> {
  const { jsonStringify } = await import("@pulumi/pulumi");
  return JSON.parse(await resolved(jsonStringify(value)));
}
