import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { consoleHost } from "../settings/partitions";
import type { Watchable } from "./alarms";
import {
  type Metric,
  queueMetric,
  requestMetric,
  STORAGE_TYPES,
  storageMetric,
  topicFailures,
} from "./metrics";
import { trailNamespace } from "./trail-filters";

/** What a dashboard shows. */
export interface DashboardSubject {
  readonly watchable: Watchable;
  readonly region: pulumi.Input<string>;
  /** Metrics of the trail's filters. @default no trail is watched */
  readonly trailMetrics: readonly string[];
}

interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
}

interface Row {
  readonly question: string;
  readonly graphs: readonly Graph[];
}

/** Name of a pipeline's dashboard. */
export function dashboardName(suffix: string): string {
  return `braintrust-snowflake-${suffix}`;
}

/** Where the dashboard is seen: each partition has a console of its own. */
export function dashboardUrl(suffix: string, { region, partition }: Account): pulumi.Output<string> {
  return pulumi.all([region, partition]).apply(([name, kind]) => {
    const host = kind === "aws" ? `${name}.${consoleHost(kind)}` : consoleHost(kind);
    return `https://${host}/cloudwatch/home?region=${name}#dashboards/dashboard/${dashboardName(suffix)}`;
  });
}

/** A row for each question that somebody asks of the pipeline. What has no metric has no graph, and no row. */
function dashboardRows({ watchable, trailMetrics }: DashboardSubject): Row[] {
  const { suffix, bucketName, filterId, streams, streamCount, queue, errorQueue, topics } = watchable;
  const sample = streams.length === streamCount ? "" : ` (${streams.length} of ${streamCount} streams)`;
  const requests = (
    title: string,
    names: readonly string[],
    statistic: Metric["statistic"] = "Sum",
  ): Graph[] =>
    filterId === undefined
      ? []
      : [
          {
            title,
            metrics: names.map((name) =>
              requestMetric(name, { bucketName, filterId }, { statistic, period: 300 }),
            ),
          },
        ];
  const arriving = streams.map(
    ({ name, filterId: id }): Graph => ({
      title: `Files of ${name}`,
      metrics: [
        requestMetric("PutRequests", { bucketName, filterId: id }, { statistic: "Sum", period: 3_600 }),
      ],
    }),
  );
  const waiting = [
    ...(queue === undefined ? [] : [queue.name, queue.deadLetterName]),
    ...(errorQueue === undefined ? [] : [errorQueue.name, errorQueue.deadLetterName]),
  ];
  const rows: Row[] = [
    {
      question: `Is data arriving?${sample}`,
      graphs: [...arriving, ...requests("Bytes written", ["BytesUploaded"])],
    },
    {
      question: "Is it read?",
      graphs: [
        ...requests("Reads", ["GetRequests", "ListRequests"]),
        ...requests("Bytes read", ["BytesDownloaded"]),
      ],
    },
    {
      question: "Is anything refused?",
      graphs: [
        ...requests("Share of failed requests", ["4xxErrors", "5xxErrors"], "Average"),
        ...(trailMetrics.length === 0
          ? []
          : [
              {
                title: "What the audit trail saw",
                metrics: trailMetrics.map((name) => ({
                  namespace: trailNamespace(suffix),
                  name,
                  dimensions: {},
                  statistic: "Sum" as const,
                  period: 900,
                })),
              },
            ]),
      ],
    },
    {
      question: "What does it cost?",
      graphs: [
        {
          title: "Bytes by storage class",
          metrics: STORAGE_TYPES.map((type) => storageMetric(bucketName, type)),
        },
        ...requests("Requests", ["AllRequests"]),
      ],
    },
    {
      question: "What waits?",
      graphs: [
        ...(waiting.length === 0
          ? []
          : [
              {
                title: "Messages waiting",
                metrics: waiting.map((name) => queueMetric("ApproximateNumberOfMessagesVisible", name)),
              },
            ]),
        ...(topics.length === 0
          ? []
          : [{ title: "Notifications that failed", metrics: topics.map(({ name }) => topicFailures(name)) }]),
      ],
    },
  ];
  return rows.filter(({ graphs }) => graphs.length > 0);
}

const COLUMNS = 24;
const TITLE_HEIGHT = 2;
const GRAPH_HEIGHT = 6;
const GRAPHS_A_ROW = 3;

/** docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(subject: DashboardSubject): pulumi.Output<string> {
  let y = 0;
  const widgets = dashboardRows(subject).flatMap(({ question, graphs }) => {
    const top = y;
    y += TITLE_HEIGHT + GRAPH_HEIGHT * Math.ceil(graphs.length / GRAPHS_A_ROW);
    const title = {
      type: "text",
      x: 0,
      y: top,
      width: COLUMNS,
      height: TITLE_HEIGHT,
      properties: { markdown: `## ${question}` },
    };
    return [title, ...graphs.map((graph, index) => graphWidget(graph, index, top + TITLE_HEIGHT, subject))];
  });
  return pulumi.jsonStringify({ widgets });
}

function graphWidget({ title, metrics }: Graph, index: number, top: number, { region }: DashboardSubject) {
  const width = COLUMNS / GRAPHS_A_ROW;
  return {
    type: "metric",
    x: (index % GRAPHS_A_ROW) * width,
    y: top + GRAPH_HEIGHT * Math.floor(index / GRAPHS_A_ROW),
    width,
    height: GRAPH_HEIGHT,
    properties: {
      title,
      region,
      view: "timeSeries",
      metrics: metrics.map(({ namespace, name, dimensions, statistic, period }) => [
        namespace,
        name,
        ...Object.entries(dimensions).flat(),
        { stat: statistic, period },
      ]),
    },
  };
}
