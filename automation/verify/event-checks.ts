import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { notifications } from "../../components/snowpipe-events";
import { type Check, judge, pass, skip } from "./check";
import type { Aws } from "./clients";
import { comparePolicies, differenceWords, parsePolicy, type Statement } from "./policies";
import { queueChecks } from "./queue-checks";
import { nameOfArn, repair, type Subject } from "./subject";

/** What tells Snowflake of new files: the bucket's notification, and the topic and queue it goes through. */
export function eventChecks(subject: Subject, aws: Aws): Check[] {
  const { outputs } = subject;
  const { notificationTopicArn: topicArn, notificationQueueArn: queueArn } = outputs;
  return [
    notificationCheck(subject, aws),
    ...(topicArn === undefined
      ? []
      : [topicPolicyCheck(subject, aws, topicArn), topicKeyCheck(subject, aws, topicArn)]),
    ...(topicArn === undefined || queueArn === undefined
      ? []
      : [subscriptionCheck(subject, aws, topicArn, queueArn)]),
    ...queueChecks(subject, aws),
  ];
}

/** One configuration of a bucket's notification, whatever it sends to. */
interface Configuration {
  readonly id: string;
  readonly destination: string;
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

function notificationCheck(subject: Subject, { s3 }: Aws): Check {
  const { settings, outputs, accountId } = subject;
  return {
    id: "events/notification",
    title: "The bucket tells of each stream's new files",
    needs: ["s3:GetBucketNotification"],
    run: async () => {
      const live = configurations(
        await s3.getBucketNotificationConfiguration({
          Bucket: outputs.bucketName,
          ExpectedBucketOwner: accountId,
        }),
      );
      const asked = askedConfigurations(subject);
      const missing = asked.filter((one) => !live.some((other) => key(one) === key(other)));
      const others = live.filter((one) => !asked.some((other) => key(one) === key(other)));
      const besides = others.length === 0 ? "" : `; configured by others: ${others.map(words).join(", ")}`;
      if (asked.length === 0 && settings.events.mode === "none")
        return pass(`no event was asked for${besides}`);
      if (asked.length === 0) {
        return skip(`no pipe's queue is known yet${besides}`, "create the pipes and run `connect`");
      }
      return judge(
        missing.length === 0 ? [] : [`lacks ${missing.map(words).join(", ")}${besides}`],
        `${asked.map(words).join(", ")}${besides}`,
        repair(subject),
      );
    },
  };
}

function askedConfigurations({ settings, outputs }: Subject): Configuration[] {
  const { queues, topics } = notifications(settings.streams, settings.events, {
    ...(outputs.notificationTopicArn === undefined
      ? outputs.notificationQueueArn === undefined
        ? {}
        : { queueArn: outputs.notificationQueueArn }
      : { topicArn: outputs.notificationTopicArn }),
  });
  return [
    ...queues.map((one) => configuration(one, one.queueArn)),
    ...topics.map((one) => configuration(one, one.topicArn)),
  ];
}

function configuration(
  one: { id?: unknown; events?: unknown; filterPrefix?: unknown; filterSuffix?: unknown },
  destination: unknown,
): Configuration {
  return {
    id: String(one.id),
    destination: String(destination),
    events: Array.isArray(one.events) ? one.events.map(String) : [],
    prefix: String(one.filterPrefix ?? ""),
    suffix: String(one.filterSuffix ?? ""),
  };
}

function configurations(live: NotificationConfiguration): Configuration[] {
  const { QueueConfigurations = [], TopicConfigurations = [], LambdaFunctionConfigurations = [] } = live;
  const targets = [
    ...QueueConfigurations.map((one) => ({ ...one, destination: one.QueueArn })),
    ...TopicConfigurations.map((one) => ({ ...one, destination: one.TopicArn })),
    ...LambdaFunctionConfigurations.map((one) => ({ ...one, destination: one.LambdaFunctionArn })),
  ];
  const found = targets.map(({ Id, destination, Events, Filter }): Configuration => {
    const rule = (name: string) =>
      Filter?.Key?.FilterRules?.find((each) => each.Name?.toLowerCase() === name)?.Value ?? "";
    return {
      id: Id ?? "",
      destination: destination ?? "",
      events: [...(Events ?? [])],
      prefix: rule("prefix"),
      suffix: rule("suffix"),
    };
  });
  const everything = { id: "", events: ["every event"], prefix: "", suffix: "" };
  return live.EventBridgeConfiguration === undefined
    ? found
    : [...found, { ...everything, destination: "EventBridge" }];
}

function key({ id, destination, events, prefix, suffix }: Configuration): string {
  return JSON.stringify([id, destination, [...events].sort(), prefix, suffix]);
}

function words({ id, destination, prefix, suffix, events }: Configuration): string {
  const target = destination.split(":").at(-1);
  return `${id === "" ? "" : `${id}: `}${prefix}*${suffix} to ${target} (${events.join(", ")})`;
}

function topicPolicyCheck(subject: Subject, { sns }: Aws, topicArn: string): Check {
  return {
    id: "events/topic-policy",
    title: "The topic takes events of this bucket alone, and Snowflake may subscribe",
    needs: ["sns:GetTopicAttributes"],
    run: async () => {
      const { Attributes } = await sns.getTopicAttributes({ TopicArn: topicArn });
      const asked = topicStatements(subject, topicArn);
      return judge(
        differenceWords(comparePolicies(parsePolicy(Attributes?.Policy), asked)),
        `the ${asked.length} statements asked for, and no other`,
        repair(subject),
      );
    },
  };
}

function topicStatements(
  { settings, outputs, partition, accountId }: Subject,
  topicArn: string,
): Statement[] {
  const subscriber = settings.snowflake.snsSubscriberArn ?? settings.snowflake.iamUserArn;
  const administration = ["AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic"];
  administration.push("RemovePermission", "SetTopicAttributes", "Subscribe");
  return [
    {
      Sid: "AdministerTopic",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: administration.map((action) => `sns:${action}`),
      Resource: topicArn,
    },
    {
      Sid: "AllowEvents",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: {
        ArnEquals: { "aws:SourceArn": outputs.bucketArn },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    },
    ...(subscriber === undefined
      ? []
      : [
          {
            Sid: "AllowSnowflakeSubscription",
            Effect: "Allow" as const,
            Principal: { AWS: subscriber },
            Action: "sns:Subscribe",
            Resource: topicArn,
          },
        ]),
    {
      Sid: "DenyInsecureTransport",
      Effect: "Deny",
      Principal: "*",
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}

function topicKeyCheck(subject: Subject, { sns }: Aws, topicArn: string): Check {
  const asked = subject.ownKeyArn;
  return {
    id: "events/topic-encryption",
    title:
      asked === undefined
        ? "The topic has no key that S3 could not use"
        : "The topic is encrypted by the stack's key",
    needs: ["sns:GetTopicAttributes"],
    run: async () => {
      const { Attributes } = await sns.getTopicAttributes({ TopicArn: topicArn });
      const found = Attributes?.KmsMasterKeyId || undefined;
      const equal = found === asked || (asked !== undefined && found === nameOfArn(asked));
      return judge(
        equal ? [] : [`encrypted by ${found ?? "no key"}, asked for ${asked ?? "none"}`],
        `encrypted by ${found ?? "no key, as asked"}`,
        repair(subject),
      );
    },
  };
}

function subscriptionCheck(subject: Subject, { sns }: Aws, topicArn: string, queueArn: string): Check {
  return {
    id: "events/subscription",
    title: "The stack's own queue hears the topic",
    needs: ["sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"],
    run: async () => {
      const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn: topicArn });
      const others = Subscriptions.filter(({ Endpoint }) => Endpoint !== queueArn).map(
        ({ Endpoint, Owner }) => `${Endpoint ?? "an endpoint"} of ${Owner ?? "somebody"}`,
      );
      const besides = others.length === 0 ? "nobody else" : others.join(", ");
      const ours = Subscriptions.find(({ Endpoint }) => Endpoint === queueArn);
      if (ours?.SubscriptionArn === undefined) {
        return judge([`not subscribed; subscribed: ${besides}`], "", repair(subject));
      }
      const { Attributes } = await sns.getSubscriptionAttributes({ SubscriptionArn: ours.SubscriptionArn });
      const filtered = Attributes?.FilterPolicy;
      return judge(
        [
          ...(Attributes?.RawMessageDelivery === "true" ? [] : ["messages arrive wrapped by SNS, not raw"]),
          ...(filtered === undefined || filtered === "" ? [] : [`a filter lets only ${filtered} through`]),
        ],
        `subscribed, raw; besides: ${besides}`,
        repair(subject),
      );
    },
  };
}
