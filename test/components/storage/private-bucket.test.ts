import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createPrivateBucket, type PrivateBucketArgs } from "../../../components/storage/private-bucket";
import { deploy } from "../../support";

class Holder extends pulumi.ComponentResource {
  public constructor(args: PrivateBucketArgs) {
    super("test:index:Holder", "holder", {});
    createPrivateBucket("box", args, this);
  }
}

describe("createPrivateBucket", () => {
  const build = async (args: PrivateBucketArgs) => (await deploy(() => new Holder(args))).deployed;

  it("closes the bucket in all four ways", async () => {
    const deployed = await build({ forceDestroy: false });
    assert.deepEqual(deployed.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs, {
      bucket: "box-0000000",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  it("turns ACLs off, after the public access block", async () => {
    const deployed = await build({ forceDestroy: false });
    const ownership = deployed.only("aws:s3/bucketOwnershipControls:BucketOwnershipControls");
    assert.deepEqual(ownership.inputs.rule, { objectOwnership: "BucketOwnerEnforced" });
    const privacy = deployed.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.ok(deployed.waits(ownership, privacy));
  });

  it("keeps every version", async () => {
    const deployed = await build({ forceDestroy: false });
    assert.deepEqual(deployed.only("aws:s3/bucketVersioning:BucketVersioning").inputs, {
      bucket: "box-0000000",
      versioningConfiguration: { status: "Enabled" },
    });
  });

  const encryptionOf = async (args: PrivateBucketArgs) =>
    (await build(args)).only(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs.rules;

  it("encrypts by S3's own keys where it has none", async () => {
    assert.deepEqual(await encryptionOf({ forceDestroy: false }), [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
  });

  it("encrypts by its key, with a bucket key", async () => {
    assert.deepEqual(await encryptionOf({ forceDestroy: false, kmsKeyArn: "arn:key" }), [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:key" },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("leaves the name to Pulumi, or takes the one it gets", async () => {
    const unnamed = await build({ forceDestroy: false });
    assert.deepEqual(unnamed.only("aws:s3/bucket:Bucket").inputs, { forceDestroy: false });
    const named = await build({ bucketName: "acme-exports", forceDestroy: true });
    assert.deepEqual(named.only("aws:s3/bucket:Bucket").inputs, {
      bucket: "acme-exports",
      forceDestroy: true,
    });
  });
});
