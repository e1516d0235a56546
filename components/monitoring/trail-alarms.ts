import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { knownInputs } from "../arguments";
import { createAlarm } from "./alarm-resource";
import { type Alarm, describe } from "./alarms";
import { trailFilters, trailNamespace } from "./trail-filters";
import type { TrailSubject } from "./trail-subject";

/** What is looked for in which log group, and who is notified. */
export interface TrailWatchArgs extends TrailSubject {
  readonly alertTopicArn: pulumi.Input<string>;
}

/** A trail that was stopped counts nothing, so that no other alarm of it would fire. Only management events come every day. */
function trailSilent(trailName: string, { logGroupName }: Pick<TrailSubject, "logGroupName">): Alarm {
  return {
    key: "trail-silent",
    description: describe(
      "the audit trail has delivered no event for 24 h",
      "it was stopped, its role or its log group was changed, or it has just been created",
      `aws cloudtrail get-trail-status --name ${trailName}`,
    ),
    watched: {
      kind: "metric",
      metric: {
        namespace: "AWS/Logs",
        name: "IncomingLogEvents",
        dimensions: { LogGroupName: logGroupName },
        statistic: "Sum",
        period: 3_600,
      },
      threshold: 1,
    },
    fires: "below",
    evaluationPeriods: 24,
    datapointsToAlarm: 24,
    missingData: "breaching",
    health: false,
  };
}

/** Metric filters on a trail's log group, each with its alarm. */
export class TrailWatch extends pulumi.ComponentResource {
  public constructor(name: string, args: TrailWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:TrailWatch", name, knownInputs(args), opts);
    const { suffix, alertTopicArn } = args;
    const place = { suffix, alertTopicArn, parent: this };
    for (const { metric, pattern, alarm } of trailFilters(args)) {
      new cloudwatch.LogMetricFilter(
        `${name}-${alarm.key}-filter`,
        {
          name: `${trailNamespace(suffix)}/${metric}`,
          logGroupName: args.logGroupName,
          pattern,
          // Without a default value: a metric is billed in the hours in which it has data, and the alarms need no zeros.
          metricTransformation: { namespace: trailNamespace(suffix), name: metric, value: "1" },
        },
        { parent: this },
      );
      createAlarm(name, alarm, place);
    }
    const { trailName, managementEvents } = args;
    if (trailName !== undefined && managementEvents) createAlarm(name, trailSilent(trailName, args), place);
    this.registerOutputs();
  }
}
