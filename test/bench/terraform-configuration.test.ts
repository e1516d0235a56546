import assert from "node:assert/strict";
import { terraformConfiguration } from "../../bench/terraform-configuration";

const access = { region: "us-east-1", accountId: "000000000000" };
const urnOf = (type: string, name: string) => `urn:pulumi:bench::project::component$${type}::${name}`;
const resource = (type: string, name: string, inputs: object, ...dependencies: string[]) => ({
  urn: urnOf(type, name),
  type,
  inputs: { __defaults: [], ...inputs },
  dependencies,
});
const BUCKET = "aws:s3/bucket:Bucket";
const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";

describe("terraformConfiguration", () => {
  const bucket = resource(BUCKET, "pipeline-bucket", { bucket: "acme", forceDestroy: true });

  it("has each resource once, in Terraform's words, without what Pulumi adds", () => {
    const topics = [{ __defaults: [], topicArn: "arn:topic", filterPrefix: "a/" }];
    const resources = [
      bucket,
      resource(NOTIFICATION, "pipeline-notification", { bucket: "acme", topics }, bucket.urn, bucket.urn),
      resource("braintrust-snowflake:index:ExportBucket", "pipeline-bucket", {}),
    ];
    const { resource: blocks, ...rest } = terraformConfiguration(resources, access) as {
      resource: unknown;
    };
    assert.deepEqual(blocks, {
      aws_s3_bucket: { pipeline_bucket: { bucket: "acme", force_destroy: true } },
      aws_s3_bucket_notification: {
        pipeline_notification: {
          bucket: "acme",
          topic: [{ topic_arn: "arn:topic", filter_prefix: "a/" }],
          depends_on: ["aws_s3_bucket.pipeline_bucket"],
        },
      },
    });
    assert.deepEqual(rest, {
      terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
      provider: {
        aws: { region: "us-east-1", allowed_account_ids: ["000000000000"], s3_use_path_style: true },
      },
    });
  });

  it("knows what Terraform calls otherwise", () => {
    const subscription = resource("aws:sns/topicSubscription:TopicSubscription", "s", { topic: "arn:topic" });
    const { resource: blocks } = terraformConfiguration([subscription], access) as { resource: unknown };
    assert.deepEqual(blocks, { aws_sns_topic_subscription: { s: { topic_arn: "arn:topic" } } });
  });

  it("names keys by what Terraform makes, since AWS chooses their ids", () => {
    const key = { ...resource("aws:kms/key:Key", "the-key", {}), id: "1234-5678" };
    const policy = resource("aws:kms/keyPolicy:KeyPolicy", "p", {
      keyId: "1234-5678",
      policy: "arn:aws:kms:r:a:key/1234-5678",
    });
    const { resource: blocks } = terraformConfiguration([key, policy], access) as { resource: unknown };
    const id = "$" + "{aws_kms_key.the_key.key_id}";
    assert.deepEqual(blocks, {
      aws_kms_key: { the_key: {} },
      aws_kms_key_policy: { p: { key_id: id, policy: `arn:aws:kms:r:a:key/${id}` } },
    });
  });

  it("waits for nothing that is not in it", () => {
    const lonely = resource(BUCKET, "other", { bucket: "other" }, "urn:of:a:component");
    const { resource: blocks } = terraformConfiguration([lonely], access) as { resource: unknown };
    assert.deepEqual(blocks, { aws_s3_bucket: { other: { bucket: "other" } } });
  });

  it("takes texts as they are", () => {
    const policy = "$" + "{aws:username} %{x} $5";
    const { resource: blocks } = terraformConfiguration(
      [resource("aws:s3/bucketPolicy:BucketPolicy", "p", { policy })],
      access,
    ) as { resource: Record<string, Record<string, { policy: string }>> };
    assert.equal(blocks.aws_s3_bucket_policy?.p?.policy, "$$" + "{aws:username} %%{x} $5");
  });
});
