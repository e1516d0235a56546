import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account";
import { createAlarm } from "./alarm-resource";
import { alarmName, flowAlarms, type Watchable } from "./alarms";
import { dashboardBody, dashboardName, dashboardUrl } from "./dashboard";
import type { Stream } from "./settings";

/** What is watched, who is told, and how much of it is shown. */
export interface MonitoringArgs {
  readonly account: Account;
  readonly watchable: Watchable;
  /** Streams whose requests need a metrics configuration of their own. */
  readonly countedStreams: readonly Stream[];
  /** Metrics of the trail's filters, for the dashboard. */
  readonly trailMetrics: readonly string[];
  readonly alertTopicArn: pulumi.Input<string>;
  readonly compositeAlarm: boolean;
  readonly dashboard: boolean;
}

/** Alarms on the flow of files, one alarm over all of them, and a dashboard. */
export class Monitoring extends pulumi.ComponentResource {
  /** Where the dashboard is seen, if there is one. */
  public readonly dashboardUrl?: pulumi.Output<string>;

  public constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:Monitoring", name, args, opts);
    const { account, watchable, alertTopicArn, trailMetrics } = args;
    const { stack, bucketName } = watchable;
    for (const { name: stream, prefix } of args.countedStreams) {
      new aws.s3.BucketMetric(
        `${name}-metrics-${stream}`,
        { bucket: bucketName, name: streamFilterId(stream), filter: { prefix } },
        { parent: this },
      );
    }
    const alarms = flowAlarms(watchable);
    const made = alarms.map((alarm) => createAlarm(name, alarm, { stack, alertTopicArn, parent: this }));
    const health = alarms.filter((alarm) => alarm.health).map(({ key }) => alarmName(stack, key));
    if (args.compositeAlarm && health.length > 0) {
      new aws.cloudwatch.CompositeAlarm(
        `${name}-unhealthy`,
        {
          alarmName: alarmName(stack, "unhealthy"),
          alarmDescription: `What happened: files do not flow as they should. Likely cause: what the alarms below this one say. First run: npm run pipeline -- status --stack ${stack}`,
          alarmRule: anyFires(health),
          alarmActions: [alertTopicArn],
          okActions: [alertTopicArn],
        },
        { parent: this, dependsOn: made },
      );
    }
    if (args.dashboard) {
      new aws.cloudwatch.Dashboard(
        `${name}-dashboard`,
        {
          dashboardName: dashboardName(stack),
          dashboardBody: dashboardBody({ watchable, trailMetrics, region: account.region }),
        },
        { parent: this },
      );
      this.dashboardUrl = dashboardUrl(stack, account);
    }
    this.registerOutputs();
  }
}

/** Id of the metrics configuration of one stream among several. */
export function streamFilterId(stream: string): string {
  return `BraintrustExports-${stream}`;
}

/** docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export function anyFires(names: readonly string[]): string {
  return names.map((name) => `ALARM("${name}")`).join(" OR ");
}
