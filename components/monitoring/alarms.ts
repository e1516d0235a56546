import * as pulumi from "@pulumi/pulumi";
import { type Metric, queueMetric, requestMetric, topicFailures } from "./metrics";

/** What an alarm looks at: a metric, or how far one is above what is usual for it. */
export type Watched =
  | { readonly kind: "metric"; readonly metric: Metric; readonly threshold: number }
  /** `deviations`: width of the band, in standard deviations. */
  | { readonly kind: "anomaly"; readonly metric: Metric; readonly deviations: number };

/** An alarm as data. */
export interface Alarm {
  /** Stable, since the alarm is named after it. */
  readonly key: string;
  /** What happened, the likely cause, the first command to run. */
  readonly description: pulumi.Input<string>;
  readonly watched: Watched;
  readonly fires: "above" | "below";
  /** Datapoints looked at, and how many of them must be bad. */
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** `breaching` where silence itself is the fault, else `notBreaching`: without traffic S3, SNS and SQS send nothing. */
  readonly missingData: "breaching" | "notBreaching";
  /** Whether it means that files do not flow: such alarms make the composite one. */
  readonly health: boolean;
}

/** Name of an alarm in CloudWatch, which `status` and the composite alarm look it up by. */
export function alarmName(suffix: string, key: string): string {
  return `braintrust-${suffix}-${key}`;
}

/** Whose metrics there are. What is absent has no alarm. */
export interface Watchable {
  /** Of the pipeline: names of alarms have it. */
  readonly suffix: string;
  /** For commands in descriptions. */
  readonly stack: string;
  readonly bucketName: pulumi.Input<string>;
  /** Streams and the ids of the bucket's metrics configurations that count their requests; empty without those metrics. */
  readonly streams: readonly { readonly name: string; readonly filterId: string }[];
  /** Of the pipeline, of which `streams` are the first hundred. */
  readonly streamCount: number;
  /** Id of the metrics configuration of all exports. @default there is none */
  readonly filterId?: string | undefined;
  /** Braintrust can write: before, missing exports are no fault. */
  readonly awaitsExports: boolean;
  readonly exportEveryHours: number;
  readonly anomalyDetection: boolean;
  /** The queue of events and what its consumer owes. */
  readonly queue?: WatchedQueue | undefined;
  /** Snowflake's reports of files that it could not load. */
  readonly errorQueue?: Pick<WatchedQueue, "name" | "deadLetterName"> | undefined;
  /** Topics that others depend on. */
  readonly topics: readonly {
    readonly key: string;
    readonly name: pulumi.Input<string>;
    readonly arn: pulumi.Input<string>;
  }[];
}

interface WatchedQueue {
  readonly name: pulumi.Input<string>;
  readonly deadLetterName: pulumi.Input<string>;
  /** @default no alarm */
  readonly depth?: number | undefined;
  /** @default no alarm */
  readonly ageHours?: number | undefined;
}

const HOUR = 3_600;
const FIVE_MINUTES = 300;

/** Every alarm on the flow of files: what arrives, what fails, what waits, what piles up. */
export function flowAlarms(watchable: Watchable): Alarm[] {
  return [
    ...(watchable.awaitsExports ? exportAlarms(watchable) : []),
    ...requestAlarms(watchable),
    ...queueAlarms(watchable),
    ...topicAlarms(watchable),
  ];
}

/** One for each stream that is counted, and where others are not, one for all. */
function exportAlarms(watchable: Watchable): Alarm[] {
  const { streams, streamCount, filterId } = watchable;
  const each = streams.map(({ name, filterId: id }) =>
    noExport({ key: `no-export-${name}`, of: `stream ${name}`, filterId: id }, watchable),
  );
  if (filterId === undefined || streams.length === streamCount) return each;
  return [...each, noExport({ key: "no-export", of: `any of ${streamCount} streams`, filterId }, watchable)];
}

/** Whole hours where there are any: an alarm looks back seven days by periods of an hour, and one day by shorter ones. */
function noExport(
  { key, of, filterId }: { readonly key: string; readonly of: string; readonly filterId: string },
  watchable: Watchable,
): Alarm {
  const { exportEveryHours: hours, stack, bucketName } = watchable;
  const periods = Math.max(1, Math.ceil(hours));
  const period = hours < 1 ? Math.ceil(hours * 60) * 60 : HOUR;
  return {
    key,
    description: describe(
      `no file of ${of} has arrived for ${hours} h`,
      "the automation in Braintrust is paused, fails, had nothing to export, or has not run yet",
      `npm run pipeline -- verify --stack ${stack}`,
    ),
    watched: {
      kind: "metric",
      metric: requestMetric("PutRequests", { bucketName, filterId }, { statistic: "Sum", period }),
      threshold: 1,
    },
    fires: "below",
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    missingData: "breaching",
    health: true,
  };
}

function requestAlarms({ filterId, bucketName, stack, anomalyDetection }: Watchable): Alarm[] {
  if (filterId === undefined) return [];
  const where = { bucketName, filterId };
  const rate = (name: string, threshold: number): Watched => ({
    kind: "metric",
    // Each request counts 0 or 1, so that the average is the share that failed.
    metric: requestMetric(name, where, { statistic: "Average", period: FIVE_MINUTES }),
    threshold,
  });
  const often = {
    fires: "above",
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    missingData: "notBreaching",
  } as const;
  return [
    {
      ...often,
      key: "client-errors",
      description: describe(
        "more than 5 % of the requests for exports were refused (4xx)",
        "a role, the bucket's policy or the key does not allow what Braintrust or Snowflake asks",
        `npm run pipeline -- verify --stack ${stack}`,
      ),
      watched: rate("4xxErrors", 0.05),
      health: true,
    },
    {
      ...often,
      key: "server-errors",
      description: describe(
        "more than 1 % of the requests for exports failed in S3 (5xx)",
        "S3 is throttling or has an incident (health.aws.amazon.com); Braintrust and Snowflake try again by themselves",
        `npm run pipeline -- verify --stack ${stack}`,
      ),
      watched: rate("5xxErrors", 0.01),
      health: true,
    },
    ...(anomalyDetection
      ? [
          {
            ...often,
            key: "unusual-downloads",
            description: describe(
              "far more bytes of the exports are read than usual",
              "a full reload in Snowflake, or somebody who copies them",
              "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole",
            ),
            watched: {
              kind: "anomaly" as const,
              metric: requestMetric("BytesDownloaded", where, { statistic: "Sum", period: HOUR }),
              deviations: 3,
            },
            health: false,
          },
        ]
      : []),
  ];
}

function queueAlarms({ queue, errorQueue, stack }: Watchable): Alarm[] {
  const above = (
    key: string,
    metric: string,
    queueName: pulumi.Input<string>,
    threshold: number,
    description: pulumi.Input<string>,
  ): Alarm => ({
    key,
    description,
    watched: { kind: "metric", metric: queueMetric(metric, queueName), threshold },
    fires: "above",
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    missingData: "notBreaching",
    health: true,
  });
  const waiting = "ApproximateNumberOfMessagesVisible";
  const deadLetters = (key: string, name: pulumi.Input<string>) =>
    above(
      key,
      waiting,
      name,
      0,
      describe(
        "messages were moved to the dead-letter queue",
        "their consumer failed five times on each",
        peek(name),
      ),
    );
  return [
    ...(queue === undefined ? [] : [deadLetters("dead-letters", queue.deadLetterName)]),
    ...(queue?.depth === undefined
      ? []
      : [
          above(
            "queue-depth",
            waiting,
            queue.name,
            queue.depth,
            describe(
              `more than ${queue.depth} events wait in the queue`,
              "its consumer is down or too slow",
              `npm run pipeline -- status --stack ${stack}`,
            ),
          ),
        ]),
    ...(queue?.ageHours === undefined
      ? []
      : [
          above(
            "queue-age",
            "ApproximateAgeOfOldestMessage",
            queue.name,
            queue.ageHours * HOUR,
            describe(
              `an event has waited for more than ${queue.ageHours} h`,
              "its consumer is down; after 14 days events are lost",
              `npm run pipeline -- status --stack ${stack}`,
            ),
          ),
        ]),
    ...(errorQueue === undefined
      ? []
      : [
          above(
            "load-errors",
            waiting,
            errorQueue.name,
            0,
            describe(
              "Snowpipe reports files that it could not load",
              "a file is malformed, or the table does not fit it",
              peek(errorQueue.name),
            ),
          ),
          deadLetters("load-error-dead-letters", errorQueue.deadLetterName),
        ]),
  ];
}

/** Shows a message and leaves it there. */
function peek(queueName: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`aws sqs receive-message --visibility-timeout 0 --queue-url "$(aws sqs get-queue-url --queue-name ${queueName} --query QueueUrl --output text)"`;
}

function topicAlarms({ topics }: Watchable): Alarm[] {
  return topics.map(({ key, name, arn }) => ({
    key: `${key}-undelivered`,
    description: describe(
      "the topic could not deliver to a subscriber",
      "a subscribed queue is gone or its policy refuses the topic",
      pulumi.interpolate`aws sns list-subscriptions-by-topic --topic-arn ${arn}`,
    ),
    watched: { kind: "metric", metric: topicFailures(name), threshold: 0 },
    fires: "above",
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    missingData: "notBreaching",
    health: true,
  }));
}

/** A description that whoever is alerted can act on. `command` runs as it stands. */
export function describe(
  happened: string,
  cause: string,
  command: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.interpolate`What happened: ${happened}. Likely cause: ${cause}. First run: ${command}`;
}
