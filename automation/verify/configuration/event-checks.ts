import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import type { EventSource } from "../../../components/events/event-queue";
import { notifications } from "../../../components/events/snowpipe-events";
import { subscriberOf } from "../../../components/settings/settings";
import { type Check, fail, judge, pass, skip } from "../check";
import type { Aws } from "../clients";
import { settled } from "../policies";
import { nameOfArn, repair, type Subject } from "../subject";
import { queueChecks } from "./queue-checks";
import { topicChecks } from "./topic-checks";

/** What tells Snowflake of new files: the bucket's notification, and the topic and queue it goes through. */
export function eventChecks(subject: Subject, aws: Aws): Check[] {
  const { outputs, settings } = subject;
  const { notificationTopicArn: topicArn, notificationQueueArn: queueArn } = outputs;
  const { notificationQueueUrl: url, deadLetterQueueArn: deadLetterArn } = outputs;
  const fromBucket: EventSource = {
    service: "s3.amazonaws.com",
    sourceArn: outputs.bucketArn,
    sourceAccount: subject.accountId,
  };
  return [
    notificationCheck(subject, aws),
    ...(topicArn === undefined
      ? []
      : topicChecks(subject, aws, {
          group: "events",
          title: "The topic takes events of this bucket alone, and Snowflake may subscribe",
          topicArn,
          publisher: fromBucket,
          subscriberArn: subscriberOf(settings),
          queueArn,
        })),
    ...(topicArn === undefined ? [] : [topicKeyCheck(subject, aws, topicArn)]),
    ...(url === undefined || queueArn === undefined || deadLetterArn === undefined
      ? []
      : queueChecks(subject, aws, {
          group: "events",
          url,
          arn: queueArn,
          deadLetterArn,
          sender: topicArn === undefined ? fromBucket : { service: "sns.amazonaws.com", sourceArn: topicArn },
        })),
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
      const liveKeys = new Set(live.map(key));
      const missingOf = (forms: Configuration[]) => forms.filter((one) => !liveKeys.has(key(one)));
      // Where what others have there leaves no room, the update merges the stack's.
      const merged = settings.existingBucket === undefined ? [] : await askedConfigurations(subject, true);
      const isMerged = merged.length > 0 && missingOf(merged).length === 0;
      const asked = isMerged ? merged : await askedConfigurations(subject);
      const missing = missingOf(asked);
      const others = live.filter((one) => !asked.some((other) => key(one) === key(other)));
      // Of a bucket that was there before, the notification may have had other uses.
      const unasked = settings.existingBucket === undefined ? others : [];
      const elsewhere = others.length === 0 ? "" : `; configured by others: ${others.map(words).join(", ")}`;
      if (missing.length > 0)
        return fail(`lacks ${missing.map(words).join(", ")}${elsewhere}`, repair(subject));
      if (unasked.length > 0) {
        return fail(`others are notified of the exports${elsewhere}`, repair(subject));
      }
      if (asked.length > 0) return pass(`${asked.map(words).join(", ")}${elsewhere}`);
      return settings.events.mode === "none"
        ? pass(`no event is expected${elsewhere}`)
        : skip(`no pipe's queue is known yet${elsewhere}`, "create the pipes and run `connect`");
    },
  };
}

async function askedConfigurations(
  { settings, outputs, owner }: Subject,
  isMerged?: boolean,
): Promise<Configuration[]> {
  const { mode, fileEvents, suffix: fileSuffix } = settings.events;
  const { queues, topics } = notifications(
    settings.streams,
    { mode, fileEvents, fileSuffix },
    {
      ...(outputs.notificationTopicArn === undefined
        ? outputs.notificationQueueArn === undefined
          ? {}
          : { queueArn: outputs.notificationQueueArn }
        : { topicArn: outputs.notificationTopicArn }),
    },
    owner,
    isMerged,
  );
  const asked = (await settled({ queues, topics })) as { queues: typeof queues; topics: typeof topics };
  return [
    ...asked.queues.map((one) => configuration(one, one.queueArn)),
    ...asked.topics.map((one) => configuration(one, one.topicArn)),
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
        equal ? [] : [`encrypted by ${found ?? "no key"}, expected ${asked ?? "none"}`],
        `encrypted by ${found ?? "no key, as asked"}`,
        repair(subject),
      );
    },
  };
}
