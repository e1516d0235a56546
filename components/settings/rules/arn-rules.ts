import { awsLimits } from "../../aws-limits";
import { partitionNames } from "../partitions";
import { bucketNameRule, type TextRule } from "./text-rules";

/** Path and name of an IAM role, user or policy. */
const named = (most: number) => `(?:[\\w+=,.@/-]{1,${awsLimits.iamPath.most - 2}}/)?[\\w+=,.@-]{1,${most}}`;
const roleName = named(awsLimits.roleName.most);
const userName = named(awsLimits.userName.most);
const policyName = named(awsLimits.policyName.most);

/** ARNs of every partition, by what follows that. */
function arns(rest: string): TextRule["holds"] {
  const pattern = new RegExp(`^arn:(?:${partitionNames}):${rest}$`);
  return (text) => pattern.test(text);
}

/** Where exports are replicated to. */
export const bucketArnRule: TextRule = {
  holds: (arn) => {
    const [, name] = new RegExp(`^arn:(?:${partitionNames}):s3:::(.+)$`).exec(arn) ?? [];
    return name !== undefined && bucketNameRule.holds(name);
  },
  rule: "must be the ARN of one bucket, arn:aws:s3:::<bucket>",
  fix: "write the bucket's ARN, without a path",
  examples: ["arn:aws:s3:::acme-exports-replica", "arn:aws:s3:::acme.replicas"],
};

/** Users by which Snowflake shows who it is, of an account of Snowflake's. */
export const userArnRule: TextRule = {
  holds: arns(`iam::\\d{12}:user/${userName}`),
  rule: "must be the ARN of one IAM user, arn:aws:iam::<12 digits>:user/<name>, with a name of at most 64 characters",
  fix: "copy the value whole from Snowflake's DESC INTEGRATION or SYSTEM$GET_AWS_SNS_IAM_POLICY",
  examples: [
    "arn:aws:iam::444455556666:user/abc1-b-self1234",
    "arn:aws:iam::444455556666:user/externalstages/ci1234",
  ],
};

/** Readers of other accounts. */
export const principalArnRule: TextRule = {
  holds: arns(`iam::\\d{12}:(root|user/${userName}|role/${roleName})`),
  rule: "must be the ARN of one IAM role, user or account root, arn:aws:iam::<12 digits>:role/<name>, with a name of at most 64 characters",
  fix: "name the principal whole; a wildcard is not a principal",
  examples: ["arn:aws:iam::777788889999:role/analytics", "arn:aws:iam::777788889999:user/data/auditor"],
};

/** Permissions boundaries, AWS's own included. */
export const policyArnRule: TextRule = {
  holds: arns(`iam::(\\d{12}|aws):policy/${policyName}`),
  rule: "must be the ARN of one managed policy, arn:aws:iam::<12 digits>:policy/<name>, with a name of at most 128 characters",
  fix: "copy Arn from `aws iam list-policies`",
  examples: ["arn:aws:iam::123456789012:policy/DeveloperBoundary", "arn:aws:iam::aws:policy/PowerUserAccess"],
};

/** Roles of a data plane that assume the role of Braintrust. */
export const roleArnRule: TextRule = {
  holds: arns(`iam::\\d{12}:role/${roleName}`),
  rule: "must be the ARN of one IAM role, arn:aws:iam::<12 digits>:role/<name>, with a name of at most 64 characters",
  fix: "name the role whole; a wildcard is not a principal",
  examples: [
    "arn:aws:iam::777788889999:role/braintrust-api",
    "arn:aws:iam::777788889999:role/data/brainstore",
  ],
};

/** Queues of Snowflake's pipes. */
export const queueArnRule: TextRule = {
  holds: arns(`sqs:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,80}`),
  rule: "must be the ARN of one SQS queue, arn:aws:sqs:<region>:<12 digits>:<name>",
  fix: "copy notification_channel from SHOW PIPES or DESC PIPE",
  examples: [
    "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDAEXAMPLE-one",
    "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDAEXAMPLE-two",
  ],
};

/** Keys that are not of this stack. */
export const keyArnRule: TextRule = {
  holds: arns(`kms:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+`),
  rule: "must be the ARN of one KMS key, arn:aws:kms:<region>:<12 digits>:key/<id>",
  fix: "copy the key's ARN; an alias does not work in a policy",
  examples: [
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
  ],
};

/** Topics for alerts, which subscribe people. */
export const topicArnRule: TextRule = {
  holds: arns(`sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,256}`),
  rule: "must be the ARN of one standard SNS topic, arn:aws:sns:<region>:<12 digits>:<name>",
  fix: "copy the topic's ARN; a FIFO topic sends no e-mail",
  examples: [
    "arn:aws:sns:us-east-1:123456789012:oncall",
    "arn:aws:sns:us-east-1:123456789012:platform_alerts",
  ],
};

/** Trails that are not of this stack. */
export const trailArnRule: TextRule = {
  holds: arns(`cloudtrail:[a-z0-9-]+:\\d{12}:trail/[A-Za-z0-9._-]{3,128}`),
  rule: "must be the ARN of one trail, arn:aws:cloudtrail:<region>:<12 digits>:trail/<name>",
  fix: "copy TrailARN of `aws cloudtrail describe-trails`",
  examples: [
    "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
    "arn:aws:cloudtrail:us-east-1:123456789012:trail/data.events",
  ],
};

/** Cost anomaly monitors that are not of this stack. */
export const anomalyMonitorArnRule: TextRule = {
  holds: arns(`ce::\\d{12}:anomalymonitor/[a-z0-9-]+`),
  rule: "must be the ARN of one cost anomaly monitor, arn:aws:ce::<12 digits>:anomalymonitor/<id>",
  fix: "copy MonitorArn from `aws ce get-anomaly-monitors`",
  examples: [
    "arn:aws:ce::123456789012:anomalymonitor/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:ce::123456789012:anomalymonitor/abcd1234-34cd-12ab-56ef-abcdef123456",
  ],
};
