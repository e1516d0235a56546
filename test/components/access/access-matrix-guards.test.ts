import assert from "node:assert/strict";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { hardenTrailPolicy } from "../../../components/audit/trail-bucket-policy";
import { ACCOUNT_ID, REGION } from "../../support";
import { act, connected, matrix, principals } from "./access";

const { outsider, administrator, reader } = principals;
const key = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/00000000-0000-0000-0000-000000000000`;
const alerts = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:braintrust-alerts-dev`;
const trail = `arn:aws:cloudtrail:${REGION}:${ACCOUNT_ID}:trail/braintrust-exports-dev`;
const otherTrail = `arn:aws:cloudtrail:${REGION}:999900001111:trail/braintrust-exports-dev`;
const cloudTrail = "cloudtrail.amazonaws.com";
const own = { "aws:SourceAccount": ACCOUNT_ID };
const foreign = { "aws:SourceAccount": "999900001111" };
const services = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"];

describe("access matrix: guards", () => {
  matrix("the alert topic", connected, [
    ...services.flatMap((service) => [
      ["Allowed", act(service, "sns:Publish", alerts, own)] as const,
      ["Denied", act(service, "sns:Publish", alerts, foreign)] as const,
      ["Denied", act(service, "sns:Publish", alerts)] as const,
      [
        "ExplicitlyDenied",
        act(service, "sns:Publish", alerts, { ...own, "aws:SecureTransport": "false" }),
      ] as const,
    ]),
    ["Denied", act("events.amazonaws.com", "sns:Publish", alerts, own)],
    ["Denied", act(outsider, "sns:Publish", alerts)],
    ["Denied", act(outsider, "sns:Subscribe", alerts)],
    ["Denied", act(reader, "sns:Publish", alerts)],
  ]);

  matrix("the key", { ...connected, encryption: "kms", auditTrail: { enabled: true } }, [
    ...services.flatMap((service) => [
      ["Allowed", act(service, "kms:GenerateDataKey", key, own)] as const,
      ["Denied", act(service, "kms:GenerateDataKey", key, foreign)] as const,
      ["Denied", act(service, "kms:Decrypt", key)] as const,
    ]),
    // The evaluator knows no encryption context: what asks for one is refused here, and the rest is in the key's own test.
    ["Denied", act(cloudTrail, "kms:GenerateDataKey", key, { "aws:SourceArn": trail })],
    ["Denied", act(cloudTrail, "kms:Decrypt", key, { "aws:SourceArn": trail })],
    ["Allowed", act(cloudTrail, "kms:DescribeKey", key, { "aws:SourceArn": trail })],
    ["Denied", act(cloudTrail, "kms:DescribeKey", key, { "aws:SourceArn": otherTrail })],
    ["Denied", act(administrator, "kms:Decrypt", key)],
    ["Denied", act(`logs.${REGION}.amazonaws.com`, "kms:Encrypt", key)],
  ]);
  matrix("the key without guards", { ...connected, encryption: "kms", monitoring: { enabled: false } }, [
    ["Denied", act("cloudwatch.amazonaws.com", "kms:GenerateDataKey", key, own)],
    ["Denied", act(cloudTrail, "kms:DescribeKey", key, { "aws:SourceArn": trail })],
  ]);
});

describe("access matrix: the trail's log bucket", () => {
  const bucketArn = "arn:aws:s3:::audit";
  const owner = { bucketArn, trailArn: trail, accountId: ACCOUNT_ID };
  const principal = { Service: cloudTrail };
  const acl = { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } };
  const policy = async () => {
    const { jsonStringify } = await import("@pulumi/pulumi");
    const hardened = hardenTrailPolicy(
      {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: principal, Action: ["s3:GetBucketAcl"], Resource: [bucketArn] },
          {
            Effect: "Allow",
            Principal: principal,
            Action: ["s3:PutObject"],
            Resource: [`${bucketArn}/*`],
            Condition: acl,
          },
        ],
      },
      owner,
    );
    return JSON.parse(await new Promise<string>((resolve) => jsonStringify(hardened).apply(resolve)));
  };
  const file = `${bucketArn}/AWSLogs/${ACCOUNT_ID}/CloudTrail/1.json.gz`;
  const put = { "aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control" };
  const rows: [verdict: string, action: string, resource: string, context: Record<string, string>][] = [
    ["Allowed", "s3:PutObject", file, put],
    ["Allowed", "s3:GetBucketAcl", bucketArn, { "aws:SourceArn": trail }],
    ["ImplicitlyDenied", "s3:PutObject", file, { ...put, "aws:SourceArn": otherTrail }],
    ["ImplicitlyDenied", "s3:PutObject", `${bucketArn}/AWSLogs/999900001111/CloudTrail/1.json.gz`, put],
    ["ImplicitlyDenied", "s3:GetBucketAcl", bucketArn, { "aws:SourceArn": otherTrail }],
    ["ImplicitlyDenied", "s3:GetObject", file, { "aws:SourceArn": trail }],
    ["ExplicitlyDenied", "s3:PutObject", file, { ...put, "aws:SecureTransport": "false" }],
    ["ExplicitlyDenied", "s3:PutObject", file, { ...put, "s3:TlsVersion": "1.1" }],
  ];
  for (const [verdict, action, resource, context] of rows) {
    it(`${verdict}: CloudTrail ${action} ${resource} ${JSON.stringify(context)}`, async () => {
      const simulated = await runSimulation(
        {
          request: {
            principal: cloudTrail,
            action,
            resource: { resource, accountId: ACCOUNT_ID },
            contextVariables: { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...context },
          },
          identityPolicies: [],
          resourcePolicy: await policy(),
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        },
        { simulationMode: "Strict" },
      );
      if (simulated.resultType !== "single") throw new Error(JSON.stringify(simulated));
      assert.equal(simulated.overallResult, verdict);
    });
  }
});
