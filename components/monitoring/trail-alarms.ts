import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { knownInputs } from "../arguments";
import { createAlarm } from "./alarm-resource";
import { type TrailSubject, trailFilters, trailNamespace } from "./trail-filters";

/** What is looked for in which log group, and who is told. */
export interface TrailWatchArgs extends TrailSubject {
  readonly alertTopicArn: pulumi.Input<string>;
}

/** Metric filters on a trail's log group, each with its alarm. */
export class TrailWatch extends pulumi.ComponentResource {
  public constructor(name: string, args: TrailWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:TrailWatch", name, knownInputs(args), opts);
    const { suffix, alertTopicArn } = args;
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
      createAlarm(name, alarm, { suffix, alertTopicArn, parent: this });
    }
    this.registerOutputs();
  }
}
