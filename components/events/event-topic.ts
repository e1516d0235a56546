import type * as iam from "@pulumi/aws/iam";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs } from "../arguments";
import { type EventSource, fromSource } from "./event-queue";

/** Who publishes to the topic and who subscribes. */
export interface EventTopicArgs {
  readonly topicName: string;
  readonly account: Account;
  /** AWS service that publishes. @default none: roles of the account alone */
  readonly publisher?: EventSource;
  /** Snowflake's principal that subscribes its queue. @default nobody of another account */
  readonly subscriberArn?: pulumi.Input<string> | undefined;
  /** Key for the messages at rest. @default none: SNS has no encryption without a key */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Whether Pulumi refuses to delete it. @default false */
  readonly protect?: boolean;
}

/** A topic and its whole policy: SNS knows one, and setting it replaces AWS's default. */
export class EventTopic extends pulumi.ComponentResource {
  /** The topic of events. */
  public readonly topicArn: pulumi.Output<string>;
  /** What a publisher depends on: without the policy S3 refuses the topic as a destination. */
  public readonly dependencies: pulumi.Resource[];

  public constructor(name: string, args: EventTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:EventTopic", name, knownInputs(args), opts);
    const topic = new sns.Topic(
      name,
      {
        name: args.topicName,
        kmsMasterKeyId: args.kmsKeyArn,
      },
      { parent: this, protect: args.protect },
    );
    const policy = new sns.TopicPolicy(
      `${name}-policy`,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: topicStatements(topic.arn, args) }),
      },
      { parent: this },
    );
    this.dependencies = [policy];
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

/** A topic's whole policy. */
export function topicStatements(
  topicArn: pulumi.Input<string>,
  { account, publisher, subscriberArn }: Pick<EventTopicArgs, "account" | "publisher" | "subscriberArn">,
): iam.PolicyStatement[] {
  return [
    administerTopic(topicArn, account),
    ...(publisher === undefined
      ? []
      : [
          {
            Sid: "AllowEvents",
            Effect: "Allow" as const,
            Principal: { Service: publisher.service },
            Action: "sns:Publish",
            Resource: topicArn,
            Condition: fromSource(publisher),
          },
        ]),
    ...(subscriberArn === undefined
      ? []
      : [
          {
            Sid: "AllowSnowflakeSubscription",
            Effect: "Allow" as const,
            Principal: { AWS: subscriberArn },
            Action: "sns:Subscribe",
            Resource: topicArn,
          },
        ]),
    denyPlainPublishing(topicArn),
  ];
}

/** What the account's administrators may do with a topic. Nobody publishes by it. */
export function administerTopic(
  topicArn: pulumi.Input<string>,
  { accountId, partition }: Account,
): iam.PolicyStatement {
  return {
    Sid: "AdministerTopic",
    Effect: "Allow",
    Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
    Action: [
      "sns:AddPermission",
      "sns:DeleteTopic",
      "sns:GetTopicAttributes",
      "sns:ListSubscriptionsByTopic",
      "sns:RemovePermission",
      "sns:SetTopicAttributes",
      "sns:Subscribe",
    ],
    Resource: topicArn,
  };
}

/** Nobody publishes over plain HTTP. */
export function denyPlainPublishing(topicArn: pulumi.Input<string>): iam.PolicyStatement {
  return {
    Sid: "DenyInsecureTransport",
    Effect: "Deny",
    Principal: "*",
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
