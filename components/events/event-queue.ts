import type * as iam from "@pulumi/aws/iam";
import * as sns from "@pulumi/aws/sns";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs } from "../arguments";
import { deadLetterName } from "../physical-names";

/** One AWS service, sending for one resource of ours. */
export interface EventSource {
  readonly service: "s3.amazonaws.com" | "sns.amazonaws.com";
  readonly sourceArn: pulumi.Input<string>;
  /** Account of the source, where its ARN names none: a bucket's does not. */
  readonly sourceAccount?: pulumi.Input<string>;
}

/**
 * What a queue or a topic asks of an AWS service: the exact source, and its account. The service alone would let in
 * events of anybody's bucket: docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function fromSource({ sourceArn, sourceAccount }: EventSource): iam.PolicyStatement["Condition"] {
  return {
    ArnEquals: { "aws:SourceArn": sourceArn },
    ...(sourceAccount === undefined ? {} : { StringEquals: { "aws:SourceAccount": sourceAccount } }),
  };
}

/** Who fills the queue. */
export interface EventQueueArgs {
  readonly queueName: string;
  readonly account: Account;
  readonly source: EventSource;
}

/** SQS keeps a message 14 days at most: as long as AWS allows, to survive a holiday. */
const RETENTION_SECONDS = 14 * 24 * 60 * 60;
const VISIBILITY_SECONDS = 60;
/** Deliveries of a message before it moves to the dead-letter queue. */
const MOST_RECEIVES = 5;

/**
 * A queue of our own for events, with a dead-letter queue behind it. Both encrypted by SQS and closed to plain HTTP.
 *
 * Policies come with the queues and not after them: no sender finds a queue without its policy, and the provider waits
 * some 25 s for each change of a queue's attributes to reach all of SQS.
 */
export class EventQueue extends pulumi.ComponentResource {
  /** The queue of events. */
  public readonly queueArn: pulumi.Output<string>;
  /** Its URL, by which consumers receive. */
  public readonly queueUrl: pulumi.Output<string>;
  /** Queue of what the consumer failed on. */
  public readonly deadLetterQueueArn: pulumi.Output<string>;
  /** What a sender depends on: without the queue and its policy S3 refuses the queue as a destination. */
  public readonly dependencies: pulumi.Resource[];

  public constructor(name: string, args: EventQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:EventQueue", name, knownInputs(args), opts);
    const { queueName, account, source } = args;
    const deadLettersName = deadLetterName(queueName);
    const deadLetters = new sqs.Queue(
      `${name}-dead-letters`,
      {
        name: deadLettersName,
        messageRetentionSeconds: RETENTION_SECONDS,
        sqsManagedSseEnabled: true,
        policy: queuePolicy(arnOf(deadLettersName, account)),
        redriveAllowPolicy: pulumi.jsonStringify({
          redrivePermission: "byQueue",
          sourceQueueArns: [arnOf(queueName, account)],
        }),
      },
      { parent: this },
    );
    const queue = new sqs.Queue(
      name,
      {
        name: queueName,
        messageRetentionSeconds: RETENTION_SECONDS,
        visibilityTimeoutSeconds: VISIBILITY_SECONDS,
        sqsManagedSseEnabled: true,
        policy: queuePolicy(arnOf(queueName, account), source),
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: MOST_RECEIVES,
        }),
      },
      { parent: this },
    );
    this.dependencies = [queue];
    this.queueArn = queue.arn;
    this.queueUrl = queue.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.registerOutputs({ queueArn: this.queueArn, deadLetterQueueArn: this.deadLetterQueueArn });
  }
}

/** A queue that receives what a topic of this stack is sent, as it is sent. */
export function subscribedQueue(
  name: string,
  { topicArn, ...args }: Omit<EventQueueArgs, "source"> & { readonly topicArn: pulumi.Output<string> },
  parent: pulumi.Resource,
): EventQueue {
  const source: EventSource = { service: "sns.amazonaws.com", sourceArn: topicArn };
  const queue = new EventQueue(`${name}-queue`, { ...args, source }, { parent });
  new sns.TopicSubscription(
    `${name}-subscription`,
    { topic: topicArn, protocol: "sqs", endpoint: queue.queueArn, rawMessageDelivery: true },
    { parent, dependsOn: queue.dependencies },
  );
  return queue;
}

/** ARN of a queue that need not be there yet. */
function arnOf(queueName: string, { accountId, region, partition }: Account): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partition}:sqs:${region}:${accountId}:${queueName}`;
}

function queuePolicy(queueArn: pulumi.Input<string>, source?: EventSource): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: queueStatements(queueArn, source) });
}

/** A queue's whole policy: its one source sends, over TLS; SQS itself moves dead letters, which no policy need allow. */
export function queueStatements(queueArn: pulumi.Input<string>, source?: EventSource): iam.PolicyStatement[] {
  const plainHttp = denyPlainHttp(queueArn);
  if (source === undefined) return [plainHttp];
  const sending: iam.PolicyStatement = {
    Sid: "AllowEvents",
    Effect: "Allow",
    Principal: { Service: source.service },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: fromSource(source),
  };
  return [sending, plainHttp];
}

function denyPlainHttp(queueArn: pulumi.Input<string>): iam.PolicyStatement {
  return {
    Sid: "DenyInsecureTransport",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: queueArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
