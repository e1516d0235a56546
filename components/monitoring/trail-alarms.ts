import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarm-resource";
import { type TrailSubject, trailFilters, trailNamespace } from "./trail-filters";

/** What is looked for in which log group, and who is told. */
export interface TrailWatchArgs {
  readonly subject: TrailSubject;
  readonly alertTopicArn: pulumi.Input<string>;
}

/** Metric filters on a trail's log group, each with its alarm. */
export class TrailWatch extends pulumi.ComponentResource {
  public constructor(name: string, args: TrailWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:TrailWatch", name, {}, opts);
    const { subject, alertTopicArn } = args;
    const { stack } = subject;
    for (const { metric, pattern, alarm } of trailFilters(subject)) {
      new cloudwatch.LogMetricFilter(
        `${name}-${alarm.key}-filter`,
        {
          name: `${trailNamespace(stack)}/${metric}`,
          logGroupName: subject.logGroupName,
          pattern,
          // Without a default value: a metric is billed in the hours in which it has data, and the alarms need no zeros.
          metricTransformation: { namespace: trailNamespace(stack), name: metric, value: "1" },
        },
        { parent: this },
      );
      createAlarm(name, alarm, { stack, alertTopicArn, parent: this });
    }
    this.registerOutputs();
  }
}
