import assert from "node:assert/strict";
import { BucketPolicy, type BucketPolicyArgs } from "../../../components/storage/bucket-policy";
import { deploy, type Statement } from "../../support";

const bucketArn = "arn:aws:s3:::acme-exports";
const everything = [bucketArn, `${bucketArn}/*`];
const denyInsecure: Statement[] = [
  {
    Sid: "DenyInsecureTransport",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: everything,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
  {
    Sid: "DenyTlsBelow12",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: everything,
    Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
  },
];
const denyUpload = (Sid: string, Condition: NonNullable<Statement["Condition"]>): Statement => ({
  Sid,
  Effect: "Deny",
  Principal: "*",
  Action: "s3:PutObject",
  Resource: `${bucketArn}/*`,
  Condition,
});
const denyCustomerKeys = denyUpload("DenyCustomerProvidedKeys", {
  Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" },
});

describe("BucketPolicy", () => {
  const statementsOf = async (args: Partial<BucketPolicyArgs> = {}) => {
    const { deployed } = await deploy(
      () =>
        new BucketPolicy("policy", {
          bucketName: "acme-exports",
          bucketArn,
          exportPrefix: "exports/",
          crossAccountReaders: [],
          foreignEncryption: false,
          ...args,
        }),
    );
    const policy = deployed.only("aws:s3/bucketPolicy:BucketPolicy");
    assert.equal(policy.inputs.bucket, "acme-exports");
    return deployed.statements(policy);
  };

  it("leaves the encryption of somebody else's bucket to its owner", async () => {
    assert.deepEqual(await statementsOf({ foreignEncryption: true }), [...denyInsecure, denyCustomerKeys]);
  });

  it("denies insecure requests and other keys than S3's, and allows nobody anything", async () => {
    assert.deepEqual(await statementsOf(), [
      ...denyInsecure,
      denyUpload("DenyOtherEncryptionKeys", {
        Null: { "s3:x-amz-server-side-encryption": "false" },
        StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" },
      }),
      denyCustomerKeys,
    ]);
  });

  it("denies other keys than the stack's where it has one", async () => {
    assert.deepEqual(await statementsOf({ kmsKeyArn: "arn:key" }), [
      ...denyInsecure,
      denyUpload("DenyOtherEncryptionKeys", {
        Null: { "s3:x-amz-server-side-encryption": "false" },
        ArnNotEqualsIfExists: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:key" },
      }),
      denyCustomerKeys,
    ]);
  });

  it("lets readers of other accounts read, each below its prefixes", async () => {
    const first = "arn:aws:iam::777788889999:role/analytics";
    const second = "arn:aws:iam::222233334444:root";
    const statements = await statementsOf({
      crossAccountReaders: [{ arn: first }, { arn: second, prefixes: ["exports/a/", "exports/b/"] }],
    });
    assert.deepEqual(
      statements.filter(({ Effect }) => Effect === "Allow"),
      [
        {
          Sid: "AllowSnowflakeAccess",
          Effect: "Allow",
          Principal: { AWS: first },
          Action: ["s3:GetObject", "s3:GetObjectVersion"],
          Resource: [`${bucketArn}/exports/*`],
        },
        {
          Sid: "AllowSnowflakeAccessList",
          Effect: "Allow",
          Principal: { AWS: first },
          Action: ["s3:ListBucket"],
          Resource: bucketArn,
          Condition: { StringLike: { "s3:prefix": ["exports", "exports/*"] } },
        },
        {
          Sid: "AllowSnowflakeAccessLocation",
          Effect: "Allow",
          Principal: { AWS: first },
          Action: ["s3:GetBucketLocation"],
          Resource: bucketArn,
        },
        {
          Sid: "AllowSnowflakeAccess2",
          Effect: "Allow",
          Principal: { AWS: second },
          Action: ["s3:GetObject", "s3:GetObjectVersion"],
          Resource: [`${bucketArn}/exports/a/*`, `${bucketArn}/exports/b/*`],
        },
        {
          Sid: "AllowSnowflakeAccess2List",
          Effect: "Allow",
          Principal: { AWS: second },
          Action: ["s3:ListBucket"],
          Resource: bucketArn,
          Condition: {
            StringLike: { "s3:prefix": ["exports/a", "exports/a/*", "exports/b", "exports/b/*"] },
          },
        },
        {
          Sid: "AllowSnowflakeAccess2Location",
          Effect: "Allow",
          Principal: { AWS: second },
          Action: ["s3:GetBucketLocation"],
          Resource: bucketArn,
        },
      ],
    );
  });
});
