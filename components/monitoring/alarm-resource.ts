import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { input } from "@pulumi/aws/types";
import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarmName } from "./alarms";
import type { Metric } from "./metrics";

/** Where an alarm belongs and whom it tells. */
export interface AlarmPlace {
  readonly suffix: string;
  readonly alertTopicArn: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

/** Makes an alarm of its definition. It tells the topic when it fires, and where files flow again also that. */
export function createAlarm(
  name: string,
  alarm: Alarm,
  { suffix, alertTopicArn, parent }: AlarmPlace,
): cloudwatch.MetricAlarm {
  return new cloudwatch.MetricAlarm(
    `${name}-${alarm.key}`,
    {
      name: alarmName(suffix, alarm.key),
      alarmDescription: alarm.description,
      ...watchedArgs(alarm),
      evaluationPeriods: alarm.evaluationPeriods,
      datapointsToAlarm: alarm.datapointsToAlarm,
      treatMissingData: alarm.missingData,
      alarmActions: [alertTopicArn],
      ...(alarm.health ? { okActions: [alertTopicArn] } : {}),
    },
    { parent },
  );
}

type WatchedArgs = Pick<
  cloudwatch.MetricAlarmArgs,
  | "comparisonOperator"
  | "threshold"
  | "thresholdMetricId"
  | "metricQueries"
  | "namespace"
  | "metricName"
  | "dimensions"
  | "statistic"
  | "period"
>;

/** docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function watchedArgs({ watched, fires }: Alarm): WatchedArgs {
  const comparisonOperator = fires === "above" ? "GreaterThanThreshold" : "LessThanThreshold";
  switch (watched.kind) {
    case "metric": {
      const { name, ...metric } = watched.metric;
      return { comparisonOperator, threshold: watched.threshold, metricName: name, ...metric };
    }
    case "anomaly":
      return {
        comparisonOperator: fires === "above" ? "GreaterThanUpperThreshold" : "LessThanLowerThreshold",
        thresholdMetricId: "band",
        metricQueries: [
          {
            id: "band",
            expression: `ANOMALY_DETECTION_BAND(m0, ${watched.deviations})`,
            label: "usual",
            returnData: true,
          },
          metricQuery("m0", watched.metric, true),
        ],
      };
  }
}

function metricQuery(
  id: string,
  { name, namespace, dimensions, statistic, period }: Metric,
  returnData: boolean,
): input.cloudwatch.MetricAlarmMetricQuery {
  return {
    id,
    metric: { namespace, metricName: name, dimensions, stat: statistic, period },
    ...(returnData ? { returnData } : {}),
  };
}
