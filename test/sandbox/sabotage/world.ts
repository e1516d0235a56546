import assert from "node:assert/strict";
import type { QueueAttributeName } from "@aws-sdk/client-sqs";
import type { PipelineOutputs } from "../../../automation";
import type { Aws } from "../harness";

/** A deployed stack as its saboteur finds it. */
export interface World {
  readonly aws: Aws;
  readonly outputs: PipelineOutputs;
}

/** Takes back what was done. */
export type Undo = () => Promise<unknown>;

/** A change behind the stack's back. */
export interface Sabotage {
  readonly what: string;
  /** Ids of every check that must fail, and no other. */
  readonly red: readonly string[];
  readonly spoil: (world: World) => Promise<Undo>;
}

/** A statement of a policy, as AWS takes it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** A value that AWS keeps, and how it is put. */
export interface Kept {
  read(): Promise<string | undefined>;
  write(value: string): Promise<unknown>;
}

/** An account that is not expected. */
export const STRANGER = "arn:aws:iam::999900001111:root";

/** A statement that lets a stranger, or an identity itself, do something. */
export function allow(Action: string, Resource: string, stranger?: string): Statement {
  return { Effect: "Allow", Action, Resource, ...(stranger && { Principal: { AWS: stranger } }) };
}

/** Changes a policy, and puts the former text back. */
export async function rewrite(
  kept: Kept,
  change: (statements: readonly Statement[]) => Statement[],
): Promise<Undo> {
  const before = (await kept.read()) ?? assert.fail("there is no policy");
  const text = before.startsWith("%7B") ? decodeURIComponent(before) : before;
  const { Statement } = JSON.parse(text) as { Statement: Statement[] };
  await kept.write(JSON.stringify({ Version: "2012-10-17", Statement: change(Statement) }));
  return () => kept.write(text);
}

/** Puts another value, and the former one back. */
export async function replace(kept: Kept, value: string): Promise<Undo> {
  const before = (await kept.read()) ?? "";
  await kept.write(value);
  return () => kept.write(before);
}

/** With one statement more. */
export function widened(more: Statement): (statements: readonly Statement[]) => Statement[] {
  return (statements) => [...statements, more];
}

/** Without the statement of that name. */
export function without(sid: string): (statements: readonly Statement[]) => Statement[] {
  return (statements) => {
    const left = statements.filter(({ Sid }) => Sid !== sid);
    assert.equal(left.length, statements.length - 1, `there is no statement ${sid}`);
    return left;
  };
}

/** One attribute of a queue. */
export function queueAttribute({ sqs }: Aws, QueueUrl: string | undefined, name: QueueAttributeName): Kept {
  return {
    read: async () => {
      const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
      return Attributes?.[name];
    },
    write: (value) => sqs.setQueueAttributes({ QueueUrl, Attributes: { [name]: value } }),
  };
}

/** One attribute of a topic. */
export function topicAttribute({ sns }: Aws, TopicArn: string | undefined, AttributeName: string): Kept {
  return {
    read: async () => (await sns.getTopicAttributes({ TopicArn })).Attributes?.[AttributeName],
    write: (AttributeValue) => sns.setTopicAttributes({ TopicArn, AttributeName, AttributeValue }),
  };
}

/** A topic's subscription, made again with the same attributes. */
export async function unsubscribe({ sns }: Aws, TopicArn: string | undefined): Promise<Undo> {
  const { SubscriptionArn, Endpoint } = await onlySubscription({ sns }, TopicArn);
  await sns.unsubscribe({ SubscriptionArn });
  const Attributes = { RawMessageDelivery: "true" };
  return () => sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint, Attributes });
}

/** One attribute of a topic's only subscription. */
export function subscriptionAttribute(
  { sns }: Aws,
  TopicArn: string | undefined,
  AttributeName: string,
): Kept {
  return {
    read: async () => {
      const { SubscriptionArn } = await onlySubscription({ sns }, TopicArn);
      return (await sns.getSubscriptionAttributes({ SubscriptionArn })).Attributes?.[AttributeName];
    },
    write: async (AttributeValue) => {
      const { SubscriptionArn } = await onlySubscription({ sns }, TopicArn);
      return sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName, AttributeValue });
    },
  };
}

async function onlySubscription({ sns }: Pick<Aws, "sns">, TopicArn: string | undefined) {
  const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
  const [subscription, ...others] = Subscriptions;
  assert.ok(subscription);
  assert.deepEqual(others, []);
  return subscription;
}
