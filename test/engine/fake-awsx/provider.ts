import * as cloudtrail from "@pulumi/aws/cloudtrail";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { main, type Provider } from "@pulumi/pulumi/provider";

/** The children that awsx gives a trail in a bucket and with a log group that exist, as far as the program looks at them. */
class Trail extends pulumi.ComponentResource {
  public constructor(name: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    super("awsx:cloudtrail:Trail", name, {}, options);
    const parent = { parent: this };
    const bucket: pulumi.Output<string> = pulumi
      .output(inputs.s3Bucket)
      .apply(({ existing }) => String(existing.name));
    const policy = new s3.BucketPolicy(
      name,
      { bucket, policy: pulumi.jsonStringify(openPolicy(bucket)) },
      parent,
    );
    const assumeRolePolicy = iam.assumeRolePolicyForPrincipal({ Service: "cloudtrail.amazonaws.com" });
    new iam.Role(name, { assumeRolePolicy }, parent);
    new cloudtrail.Trail(name, { name: inputs.name, s3BucketName: bucket }, { ...parent, dependsOn: policy });
    this.registerOutputs();
  }
}

/** As awsx writes it: any trail of any account may write. */
function openPolicy(bucket: pulumi.Output<string>): pulumi.Inputs {
  const statement = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
  const arn = pulumi.interpolate`arn:aws:s3:::${bucket}`;
  return {
    Version: "2012-10-17",
    Statement: [
      { ...statement, Sid: "AWSCloudTrailAclCheck", Action: ["s3:GetBucketAcl"], Resource: [arn] },
      {
        ...statement,
        Sid: "AWSCloudTrailWrite",
        Action: ["s3:PutObject"],
        Resource: [pulumi.interpolate`${arn}/*`],
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  };
}

const provider: Provider = {
  version: "3.9.0",
  schema: JSON.stringify({ name: "awsx" }),

  async construct(name, type, inputs, options) {
    if (type !== "awsx:cloudtrail:Trail") throw new Error(`no ${type} here`);
    return { urn: new Trail(name, inputs, options).urn, state: {} };
  },
};

main(provider, process.argv.slice(2));
