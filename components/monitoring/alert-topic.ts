import type * as iam from "@pulumi/aws/iam";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { type AlertEmailArgs, knownInputs } from "../arguments";
import { administerTopic, denyPlainPublishing } from "../events/event-topic";
import { alertServices } from "../settings/partitions";

/** Whom the topic tells. */
export interface AlertTopicArgs {
  readonly topicName: string;
  readonly account: Account;
  /** Each receives a mail that asks to confirm the subscription, and nothing before that. */
  readonly emails: readonly AlertEmailArgs[];
  /**
   * A key whose policy lets the alerting services use it. @default no encryption at rest: the policy of AWS's own
   * alias/aws/sns cannot be changed, and CloudWatch cannot publish to a topic under it
   */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Where alarms, budgets and cost anomalies of the stack are reported. */
export class AlertTopic extends pulumi.ComponentResource {
  /** Topic that alarms tell. */
  public readonly topicArn: pulumi.Output<string>;

  public constructor(name: string, args: AlertTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:AlertTopic", name, knownInputs(args), opts);
    const topic = new sns.Topic(
      name,
      {
        name: args.topicName,
        kmsMasterKeyId: args.kmsKeyArn,
      },
      { parent: this },
    );
    new sns.TopicPolicy(
      `${name}-policy`,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            administerTopic(topic.arn, args.account),
            allowAlerts(topic.arn, args.account),
            denyPlainPublishing(topic.arn),
          ],
        }),
      },
      { parent: this },
    );
    for (const { key, address, formerName } of args.emails) {
      const subscriptionName = `${name}-email-${key}`;
      // A resource's own name stands for no alias.
      const alias = pulumi.output(formerName).apply((former) => ({ name: former ?? subscriptionName }));
      new sns.TopicSubscription(
        subscriptionName,
        { topic: topic.arn, protocol: "email", endpoint: address },
        { parent: this, aliases: [alias] },
      );
    }
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

/** docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html and ad-SNS.html there */
function allowAlerts(topicArn: pulumi.Input<string>, { accountId, partition }: Account): iam.PolicyStatement {
  return {
    Sid: "AllowAlerts",
    Effect: "Allow",
    Principal: { Service: partition.apply(alertServices) },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
}
