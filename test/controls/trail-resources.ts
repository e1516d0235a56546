import * as pulumi from "@pulumi/pulumi";
import type { Evident } from "../../automation/controls/evidence";
import { hardenTrailPolicy } from "../../components/audit/trail-bucket-policy";
import { resolved } from "../support";

/** The resources of AWS in a program, those that awsx creates among them. */
export async function resourcesOfAws(resources: readonly Evident[]): Promise<Evident[]> {
  const rendered = resources.map((resource) =>
    resource.type === "awsx:cloudtrail:Trail" ? trailResources(resource) : [resource],
  );
  return (await Promise.all(rendered)).flat().filter(({ type }) => type.startsWith("aws:"));
}

/** What awsx creates for a trail, which is one resource offline: with its role, and with the policy that the program's transform puts in. */
async function trailResources({ name, inputs }: Evident): Promise<Evident[]> {
  const { s3Bucket, cloudWatchLogsGroup, ...trail } = inputs;
  const { existing } = s3Bucket as { existing: { name: string; arn: string } };
  const group = cloudWatchLogsGroup as { existing: { arn: string } };
  const [, , , region, account] = group.existing.arn.split(":");
  const cloudTrail = { Effect: "Allow" as const, Principal: { Service: "cloudtrail.amazonaws.com" } };
  const policy = hardenTrailPolicy(
    {
      Version: "2012-10-17",
      Statement: [
        { ...cloudTrail, Action: ["s3:GetBucketAcl"], Resource: [existing.arn] },
        { ...cloudTrail, Action: ["s3:PutObject"], Resource: [`${existing.arn}/*`] },
      ],
    },
    {
      bucketArn: existing.arn,
      trailArn: `arn:aws:cloudtrail:${region}:${account}:trail/${trail.name}`,
      accountId: account ?? "",
    },
  );
  const role = {
    name: `${name}-0000000`,
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ ...cloudTrail, Action: "sts:AssumeRole" }],
    }),
  };
  const delivery = {
    role: role.name,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`${group.existing.arn}:log-stream:*`],
        },
      ],
    }),
  };
  const logs = {
    cloudWatchLogsGroupArn: `${group.existing.arn}:*`,
    cloudWatchLogsRoleArn: `arn:aws:iam::${account}:role/${role.name}`,
    s3BucketName: existing.name,
  };
  return [
    { type: "aws:iam/role:Role", name, inputs: role },
    { type: "aws:iam/rolePolicy:RolePolicy", name, inputs: delivery },
    { type: "aws:cloudtrail/trail:Trail", name, inputs: { ...trail, ...logs } },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name,
      inputs: { bucket: existing.name, policy: await resolved(pulumi.jsonStringify(policy)) },
    },
  ];
}
