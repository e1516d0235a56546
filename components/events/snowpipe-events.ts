import * as s3 from "@pulumi/aws/s3";
import type { input } from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { EventsMode, knownInputs, type StreamArgs } from "../arguments";
import type { PhysicalNames } from "../physical-names";
import { ownedName } from "../storage/share-names";
import { SharedNotification } from "../storage/shared-bucket";
import { areMerged, type FileFilter, mergedFilters, withoutMany } from "../streams";
import { EventQueue, type EventSource, subscribedQueue } from "./event-queue";
import { EventTopic } from "./event-topic";

/** Which events go where. */
export interface EventFilterArgs {
  readonly mode: EventsMode;
  /** Kinds of events, such as `s3:ObjectCreated:*`. */
  readonly fileEvents: readonly string[];
  /** Ending of the files. @default every file below a stream's prefix */
  readonly fileSuffix?: string;
}

/** Whom the bucket tells of new files. */
export interface SnowpipeEventsArgs extends EventFilterArgs {
  readonly names: Pick<PhysicalNames, "eventTopic" | "eventQueue">;
  readonly streams: readonly StreamArgs[];
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
  readonly bucketName: pulumi.Input<string>;
  readonly bucketArn: pulumi.Input<string>;
  /** Where others use the bucket too, in the Ids of what is this pipeline's: see `shareOwner`. @default the bucket is the pipeline's own */
  readonly owner?: pulumi.Input<string> | undefined;
  readonly account: Account;
  /** Snowflake's principal that subscribes to the topic. */
  readonly subscriberArn?: pulumi.Input<string> | undefined;
  /** Key for the topic. The queue is encrypted by SQS itself, so that its consumers need no key. */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** What lets S3 publish to a topic under that key: the notification depends on it, and nothing else does. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Step 4: the one notification of the bucket, and what it sends to. A second BucketNotification would silently replace
 * it (docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html), so that of a bucket which others use too
 * the pipeline's part alone is managed.
 */
export class SnowpipeEvents extends pulumi.ComponentResource {
  /** Queue of events, in the modes that have one. */
  public readonly queue?: EventQueue;
  /** Topic of events, in `sns`. */
  public readonly topicArn?: pulumi.Output<string>;
  /** Known once files are reported to Snowflake and it may subscribe; what allows that comes with it. */
  public readonly ready: pulumi.Output<string[]>;

  public constructor(name: string, args: SnowpipeEventsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:SnowpipeEvents", name, knownInputs(withoutMany(args)), opts);
    const { mode, names, streams, bucketArn, account } = args;
    const fromBucket: EventSource = {
      service: "s3.amazonaws.com",
      sourceArn: bucketArn,
      sourceAccount: account.accountId,
    };
    const destination: Destination = { dependsOn: [] };
    if (mode === EventsMode.Sns) {
      const { subscriberArn, kmsKeyArn, protect } = args;
      const topic = new EventTopic(
        `${name}-topic`,
        { topicName: names.eventTopic, account, publisher: fromBucket, subscriberArn, kmsKeyArn, protect },
        { parent: this },
      );
      const { topicArn } = topic;
      this.queue = subscribedQueue(name, { queueName: names.eventQueue, account, topicArn }, this);
      this.topicArn = topicArn;
      destination.topicArn = topicArn;
      destination.dependsOn.push(...topic.dependencies, ...args.dependsOn);
    } else if (mode === EventsMode.Queue) {
      this.queue = new EventQueue(
        `${name}-queue`,
        { queueName: names.eventQueue, account, source: fromBucket },
        { parent: this },
      );
      destination.queueArn = this.queue.queueArn;
      destination.dependsOn.push(...this.queue.dependencies);
    }
    const { queues, topics } = notifications(streams, args, destination, args.owner);
    const ready = destination.dependsOn.map(({ urn }) => urn);
    const { bucketName: bucket, owner } = args;
    const after = { parent: this, dependsOn: destination.dependsOn };
    if (owner !== undefined) {
      // Without an event too: what an earlier version has left there is taken away by it.
      const shared = { bucket, owner, queues, topics };
      ready.push(new SharedNotification(`${name}-notification`, shared, after).id);
    } else if (mode !== EventsMode.None) {
      const whole = {
        bucket,
        ...(queues.length > 0 ? { queues } : {}),
        ...(topics.length > 0 ? { topics } : {}),
      };
      ready.push(new s3.BucketNotification(`${name}-notification`, whole, after).id);
    }
    this.ready = pulumi.all(ready);
    this.registerOutputs();
  }
}

/** Where events go in addition to Snowflake's own queues, and what must exist before S3 tests it. */
interface Destination {
  queueArn?: pulumi.Input<string>;
  topicArn?: pulumi.Input<string>;
  readonly dependsOn: pulumi.Resource[];
}

type Queues = input.s3.BucketNotificationQueue[];
type Topics = input.s3.BucketNotificationTopic[];

/**
 * One configuration for each stream; in `snowflake-queue`, for each stream whose pipe's queue is known. Of more streams than S3
 * takes configurations, one for each destination.
 */
export function notifications(
  streams: readonly StreamArgs[],
  { mode, fileEvents, fileSuffix }: EventFilterArgs,
  { queueArn, topicArn }: Pick<Destination, "queueArn" | "topicArn">,
  owner?: pulumi.Input<string>,
  isMerged = areMerged(streams),
): { queues: Queues; topics: Topics } {
  const queueOf = ({ channel }: StreamArgs) => (mode === EventsMode.SnowflakeQueue ? channel : queueArn);
  const queues: Queues = [];
  const topics: Topics = [];
  for (const { key, prefix, destination } of filters(
    streams,
    topicArn === undefined ? queueOf : () => topicArn,
    isMerged,
  )) {
    const id = key === undefined ? "SnowpipeNotification" : `SnowpipeNotification-${key}`;
    const configuration = {
      id: owner === undefined ? id : pulumi.output(owner).apply((whose) => ownedName(id, whose)),
      events: [...fileEvents],
      filterPrefix: filterText(prefix),
      filterSuffix: fileSuffix === undefined ? undefined : filterText(fileSuffix),
    };
    if (topicArn === undefined) queues.push({ ...configuration, queueArn: destination });
    else topics.push({ ...configuration, topicArn: destination });
  }
  return { queues, topics };
}

function filters(
  streams: readonly StreamArgs[],
  destinationOf: (stream: StreamArgs) => pulumi.Input<string> | undefined,
  isMerged: boolean,
): FileFilter<pulumi.Input<string>>[] {
  const known = streams.flatMap(({ name, prefix, ...stream }) => {
    const destination = destinationOf({ name, prefix, ...stream });
    return destination === undefined ? [] : [{ name, prefix, destination }];
  });
  if (isMerged) return mergedFilters(known);
  return known.map(({ name, ...filter }) => ({ key: streams.length === 1 ? undefined : name, ...filter }));
}

/**
 * A prefix or suffix as S3 wants it in a filter: URL-encoded except for letters, digits and its safe characters, of which the
 * slash is one. Sent raw, `env=prod/` matches no file. Policies and stage URLs take the text as it is.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html; safe characters: object-keys.html there
 */
export function filterText(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/");
}
