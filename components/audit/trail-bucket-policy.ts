import type * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { denyInsecureTransport, denyOldTls } from "../storage/bucket-policy";

/** The one trail that may write to a log bucket. */
export interface LogBucketOwner {
  readonly bucketArn: string;
  readonly trailArn: string;
  readonly accountId: string;
}

/** A policy document as awsx writes it. */
export type TrailPolicy = pulumi.Unwrap<iam.PolicyDocument>;

/**
 * The policy that awsx gives a trail's log bucket, made strict: CloudTrail may use it for this one trail and write below
 * the account's folder alone, and nobody may use plain HTTP or TLS below 1.2. awsx's own lets any trail of any account in:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 *
 * @throws Error where a statement allows something else than what a trail needs, since that would pass unseen.
 */
export function hardenTrailPolicy(policy: TrailPolicy, owner: LogBucketOwner): pulumi.Unwrap<object> {
  const { bucketArn, trailArn, accountId } = owner;
  const hardened = policy.Statement.map((statement) => {
    const actions = [statement.Action].flat();
    const [action] = actions;
    if (statement.Effect !== "Allow" || actions.length !== 1 || action === undefined || !(action in places)) {
      throw new Error(
        `awsx's policy of the log bucket has a statement unknown here: ${JSON.stringify(statement)}`,
      );
    }
    const { ArnEquals, ...conditions } = statement.Condition ?? {};
    return {
      ...statement,
      Resource: `${bucketArn}${places[action]?.(accountId) ?? ""}`,
      Condition: { ...conditions, ArnEquals: { ...ArnEquals, "aws:SourceArn": trailArn } },
    };
  });
  return {
    Version: policy.Version,
    Statement: [...hardened, denyInsecureTransport(bucketArn), denyOldTls(bucketArn)],
  };
}

/** Where in the bucket each action of CloudTrail's is needed. */
const places: Readonly<Record<string, (accountId: string) => string>> = {
  "s3:GetBucketAcl": () => "",
  "s3:PutObject": (accountId) => `/AWSLogs/${accountId}/*`,
};
