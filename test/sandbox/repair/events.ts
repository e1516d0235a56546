import { type Drift, type Find, foreignPolicy, ROOT } from "./cases";

const queueUrl = (find: Find, name: string) => ({ QueueUrl: find(name, "url") });

/** Of what carries events. */
export const eventDrifts: Readonly<Record<string, Drift>> = {
  "aws:sqs/queue:Queue": {
    change: {
      resource: "pipeline-events-queue-dead-letters",
      act: ({ sqs }, find) =>
        sqs.setQueueAttributes({
          ...queueUrl(find, "pipeline-events-queue-dead-letters"),
          Attributes: {
            MessageRetentionPeriod: "60",
            Policy: foreignPolicy("sqs:*", find("pipeline-events-queue-dead-letters", "arn"), ROOT),
            RedriveAllowPolicy: JSON.stringify({ redrivePermission: "allowAll" }),
          },
        }),
    },
    removal: {
      resource: "pipeline-events-queue",
      act: ({ sqs }, find) => sqs.deleteQueue(queueUrl(find, "pipeline-events-queue")),
    },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    change: {
      resource: "pipeline-events-subscription",
      act: ({ sns }, find) =>
        sns.setSubscriptionAttributes({
          SubscriptionArn: find("pipeline-events-subscription", "arn"),
          AttributeName: "RawMessageDelivery",
          AttributeValue: "false",
        }),
    },
    removal: {
      resource: "pipeline-events-subscription",
      act: ({ sns }, find) =>
        sns.unsubscribe({ SubscriptionArn: find("pipeline-events-subscription", "arn") }),
    },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    change: {
      resource: "pipeline-events-topic-policy",
      act: ({ sns }, find) =>
        sns.setTopicAttributes({
          TopicArn: find("pipeline-events-topic", "arn"),
          AttributeName: "Policy",
          AttributeValue: foreignPolicy("sns:Publish", find("pipeline-events-topic", "arn"), ROOT),
        }),
    },
    removal: { resource: "pipeline-errors-topic-policy" },
  },
  "aws:sns/topic:Topic": {
    change: {
      resource: "pipeline-events-topic",
      act: ({ sns }, find) =>
        sns.setTopicAttributes({
          TopicArn: find("pipeline-events-topic", "arn"),
          AttributeName: "KmsMasterKeyId",
          AttributeValue: "",
        }),
    },
    removal: {
      resource: "pipeline-errors-topic",
      act: ({ sns }, find) => sns.deleteTopic({ TopicArn: find("pipeline-errors-topic", "arn") }),
    },
  },
};
