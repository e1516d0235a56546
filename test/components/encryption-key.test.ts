import assert from "node:assert/strict";
import {
  EncryptionKey,
  EncryptionKeyPolicy,
  type EncryptionKeyPolicyArgs,
} from "../../components/encryption-key";
import { account, deploy, resolved } from "../support";

const keyId = "00000000-0000-0000-0000-000000000000";
const keyArn = `arn:aws:kms:us-east-1:123456789012:key/${keyId}`;

describe("EncryptionKey", () => {
  it("rotates, and can be restored for 30 days", async () => {
    const { deployed, result } = await deploy(() => new EncryptionKey("key", { stack: "prod" }));
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
});
