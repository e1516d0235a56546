import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { EncryptionKey } from "../../../components/storage/encryption-key";
import { EncryptionKeyPolicy, type EncryptionKeyPolicyArgs } from "../../../components/storage/key-policy";
import { account, deploy, resolved } from "../../support";

const keyId = "00000000-0000-0000-0000-000000000000";
const keyArn = `arn:aws:kms:us-east-1:123456789012:key/${keyId}`;

describe("EncryptionKey", () => {
  it("rotates, and can be restored for 30 days", async () => {
    const { deployed, result } = await deploy(
      () => new EncryptionKey("key", { suffix: "prod", aliasName: "alias/braintrust-exports-prod" }),
    );
    assert.deepEqual(deployed.only("aws:kms/key:Key").inputs, {
      description: "Braintrust exports of stack prod",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    assert.equal(deployed.only("aws:kms/alias:Alias").inputs.name, "alias/braintrust-exports-prod");
    assert.equal(await resolved(result.keyId), keyId);
    assert.equal(await resolved(result.keyArn), keyArn);
  });
});

describe("EncryptionKeyPolicy", () => {
  const statementsOf = async (args: Partial<EncryptionKeyPolicyArgs> = {}, region?: string) => {
    const { deployed } = await deploy(
      () =>
        new EncryptionKeyPolicy("policy", {
          keyId,
          keyArn,
          account: account(region),
          bucketArn: "arn:aws:s3:::acme-exports",
          writerArn: "arn:writer",
          readerArns: ["arn:reader", "arn:guest"],
          encryptsTopic: false,
          encryptsAlerts: false,
          ...args,
        }),
    );
    const policy = deployed.only("aws:kms/keyPolicy:KeyPolicy");
    assert.equal(policy.inputs.keyId, keyId);
    return deployed.statements(policy);
  };
  const viaS3 = { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } };

  it("lets the account administer, the writer encrypt and the readers decrypt", async () => {
    assert.deepEqual(await statementsOf(), [
      {
        Sid: "AdministerKey",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ],
        Resource: keyArn,
      },
      {
        Sid: "EncryptExports",
        Effect: "Allow",
        Principal: { AWS: "arn:writer" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: keyArn,
        Condition: viaS3,
      },
      {
        Sid: "DecryptExports",
        Effect: "Allow",
        Principal: { AWS: ["arn:reader", "arn:guest"] },
        Action: ["kms:Decrypt"],
        Resource: keyArn,
        Condition: viaS3,
      },
    ]);
  });

  it("lets S3 publish to a topic under the key, for the one bucket", async () => {
    assert.deepEqual((await statementsOf({ encryptsTopic: true })).slice(3), [
      {
        Sid: "EncryptEvents",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: keyArn,
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnEquals: { "aws:SourceArn": "arn:aws:s3:::acme-exports" },
        },
      },
    ]);
  });

  it("names no reader where there is none", async () => {
    const sids = (await statementsOf({ readerArns: [] })).map(({ Sid }) => Sid);
    assert.deepEqual(sids, ["AdministerKey", "EncryptExports"]);
  });

  it("knows S3's name in each partition", async () => {
    const via = async (region: string) =>
      (await statementsOf({}, region))[1]?.Condition?.StringEquals?.["kms:ViaService"];
    assert.equal(await via("cn-north-1"), "s3.cn-north-1.amazonaws.com.cn");
    assert.equal(await via("us-gov-west-1"), "s3.us-gov-west-1.amazonaws.com");
  });

  it("lets one trail encrypt, the account's auditors read its files alone, and its log group use the key", async () => {
    const trailArn = pulumi.output("arn:aws:cloudtrail:us-east-1:123456789012:trail/t");
    const logGroupArn = pulumi.output("arn:aws:logs:us-east-1:123456789012:log-group:g");
    const plain = await statementsOf();
    const audited = await statementsOf({ audit: { trailArn, logGroupArn } });
    const ofTrail = {
      "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t",
    };
    const fromTrail = { "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t" };
    assert.deepEqual(
      audited.slice(plain.length).map(({ Principal, Action, Condition }) => [Principal, Action, Condition]),
      [
        [
          { Service: "cloudtrail.amazonaws.com" },
          "kms:GenerateDataKey",
          { ArnEquals: fromTrail, StringEquals: ofTrail },
        ],
        [{ Service: "cloudtrail.amazonaws.com" }, "kms:DescribeKey", { ArnEquals: fromTrail }],
        [{ AWS: "arn:aws:iam::123456789012:root" }, "kms:Decrypt", { StringEquals: ofTrail }],
        [
          { Service: "logs.us-east-1.amazonaws.com" },
          ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
          {
            StringEquals: {
              "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:g",
            },
          },
        ],
      ],
    );
  });
});
