import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { createChannel } from "../harness";
import { bucketOf } from "./bucket";
import {
  allow,
  queueAttribute,
  replace,
  rewrite,
  type Sabotage,
  STRANGER,
  subscriptionAttribute,
  topicAttribute,
  type Undo,
  unsubscribe,
  type World,
  widened,
  without,
} from "./world";

/** Of the bucket's notification, and the topic and queue behind it. */
export const eventSabotages: readonly Sabotage[] = [
  {
    what: "the notification is another one",
    red: ["events/notification", "data/event"],
    spoil: (world) => notification(world, () => theirs(world)),
  },
  {
    what: "the notification tells of one stream less",
    red: ["events/notification"],
    spoil: (world) =>
      notification(world, ({ TopicConfigurations = [] }) => ({
        TopicConfigurations: TopicConfigurations.filter(({ Id }) => !Id?.includes("spans")),
      })),
  },
  {
    what: "somebody else is notified of the exports too",
    red: ["events/notification"],
    spoil: async (world) => {
      const { sqs } = world.aws;
      const QueueUrl = await createChannel(world.aws, "theirs");
      const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
      const QueueConfigurations = [
        { Id: "theirs", QueueArn: Attributes?.QueueArn, Events: ["s3:ObjectCreated:*" as const] },
      ];
      const undo = await notification(world, (ours) => ({ ...ours, QueueConfigurations }));
      return async () => {
        await undo();
        await sqs.deleteQueue({ QueueUrl });
      };
    },
  },
  {
    what: "the topic's policy lets a stranger subscribe",
    red: ["events/topic-policy"],
    spoil: ({ aws, outputs: { notificationTopicArn: arn = "" } }) =>
      rewrite(topicAttribute(aws, arn, "Policy"), widened(allow("sns:Subscribe", arn, STRANGER))),
  },
  {
    what: "the topic has no key",
    red: ["events/topic-encryption"],
    spoil: ({ aws, outputs }) =>
      replace(topicAttribute(aws, outputs.notificationTopicArn, "KmsMasterKeyId"), ""),
  },
  {
    what: "the queue is not subscribed to the topic",
    red: ["events/subscription", "data/event"],
    spoil: ({ aws, outputs }) => unsubscribe(aws, outputs.notificationTopicArn),
  },
  {
    what: "messages come wrapped",
    red: ["events/subscription", "data/event"],
    spoil: ({ aws, outputs }) =>
      replace(subscriptionAttribute(aws, outputs.notificationTopicArn, "RawMessageDelivery"), "false"),
  },
  {
    what: "the queue has no policy",
    red: ["events/queue-policy", "data/event"],
    spoil: ({ aws, outputs }) => replace(queueAttribute(aws, outputs.notificationQueueUrl, "Policy"), ""),
  },
  {
    what: "the queue takes messages of a stranger",
    red: ["events/queue-policy"],
    spoil: ({ aws, outputs: { notificationQueueUrl: url, notificationQueueArn: arn = "" } }) =>
      rewrite(queueAttribute(aws, url, "Policy"), widened(allow("sqs:SendMessage", arn, STRANGER))),
  },
  {
    what: "the queue sets no dead letters aside",
    red: ["events/queue-settings"],
    spoil: ({ aws, outputs }) =>
      replace(queueAttribute(aws, outputs.notificationQueueUrl, "RedrivePolicy"), ""),
  },
  {
    what: "the queue is not encrypted",
    red: ["events/queue-settings"],
    spoil: ({ aws, outputs }) =>
      replace(queueAttribute(aws, outputs.notificationQueueUrl, "SqsManagedSseEnabled"), "false"),
  },
  {
    what: "the queue forgets after a minute",
    red: ["events/queue-settings"],
    spoil: ({ aws, outputs }) =>
      replace(queueAttribute(aws, outputs.notificationQueueUrl, "MessageRetentionPeriod"), "60"),
  },
  {
    what: "the queue of dead letters allows plain HTTP",
    red: ["events/dead-letter-queue"],
    spoil: ({ aws, outputs }) =>
      replace(queueAttribute(aws, deadLetters(outputs.notificationQueueUrl), "Policy"), ""),
  },
  {
    what: "the queue of dead letters takes those of any queue",
    red: ["events/dead-letter-queue"],
    spoil: ({ aws, outputs }) =>
      replace(
        queueAttribute(aws, deadLetters(outputs.notificationQueueUrl), "RedriveAllowPolicy"),
        JSON.stringify({ redrivePermission: "allowAll" }),
      ),
  },
  {
    what: "an event is in the dead-letter queue",
    red: ["fresh/dead-letters"],
    spoil: async ({ aws: { sqs }, outputs }) => {
      const QueueUrl = deadLetters(outputs.notificationQueueUrl);
      await sqs.sendMessage({ QueueUrl, MessageBody: "{}" });
      return () => sqs.purgeQueue({ QueueUrl });
    },
  },
];

/** Of what carries load errors. */
export const errorSabotages: readonly Sabotage[] = [
  {
    what: "a stranger may report load errors",
    red: ["errors/topic-policy"],
    spoil: ({ aws, outputs: { errorTopicArn: arn = "" } }) =>
      rewrite(topicAttribute(aws, arn, "Policy"), widened(allow("sns:Publish", arn, STRANGER))),
  },
  {
    what: "the queue of load errors is not subscribed to the topic",
    red: ["errors/subscription"],
    spoil: ({ aws, outputs }) => unsubscribe(aws, outputs.errorTopicArn),
  },
  {
    what: "the queue of load errors accepts messages by plain HTTP",
    red: ["errors/queue-policy"],
    spoil: ({ aws, outputs }) =>
      rewrite(queueAttribute(aws, outputs.errorQueueUrl, "Policy"), without("DenyInsecureTransport")),
  },
  {
    what: "the queue of load errors has no dead letters",
    red: ["errors/queue-settings"],
    spoil: ({ aws, outputs }) => replace(queueAttribute(aws, outputs.errorQueueUrl, "RedrivePolicy"), ""),
  },
  {
    what: "dead load errors are forgotten after a minute",
    red: ["errors/dead-letter-queue"],
    spoil: ({ aws, outputs }) =>
      replace(queueAttribute(aws, deadLetters(outputs.errorQueueUrl), "MessageRetentionPeriod"), "60"),
  },
];

/** Messages that a sabotage has brought in and that nobody takes: each look at the queue counts as a delivery. */
export async function emptyQueues({
  aws: { sqs },
  outputs: { notificationQueueUrl: url },
}: World): Promise<void> {
  for (const QueueUrl of [url, deadLetters(url)]) await sqs.purgeQueue({ QueueUrl });
}

function deadLetters(queueUrl: string | undefined): string {
  return `${queueUrl}-dlq`;
}

function theirs({ outputs }: World): NotificationConfiguration {
  return {
    TopicConfigurations: [
      { Id: "theirs", TopicArn: outputs.notificationTopicArn, Events: ["s3:ObjectRemoved:*"] },
    ],
  };
}

async function notification(
  world: World,
  change: (ours: NotificationConfiguration) => NotificationConfiguration,
): Promise<Undo> {
  const { s3 } = world.aws;
  const { QueueConfigurations, TopicConfigurations } = await s3.getBucketNotificationConfiguration(
    bucketOf(world),
  );
  const ours = { QueueConfigurations, TopicConfigurations };
  const put = (NotificationConfiguration: NotificationConfiguration) =>
    s3.putBucketNotificationConfiguration({
      ...bucketOf(world),
      NotificationConfiguration,
      SkipDestinationValidation: true,
    });
  await put(change(ours));
  return () => put(ours);
}
