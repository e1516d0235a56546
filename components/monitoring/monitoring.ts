import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { Stream } from "../settings/settings";
import { type AlarmPlace, createAlarm } from "./alarm-resource";
import { alarmName, describe, flowAlarms, type Watchable } from "./alarms";
import { dashboardBody, dashboardName, dashboardUrl } from "./dashboard";

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
    super("braintrust-snowflake:index:Monitoring", name, {}, opts);
    const { account, watchable, alertTopicArn, trailMetrics } = args;
    const { stack, bucketName } = watchable;
    for (const { name: stream, prefix } of args.countedStreams) {
      new s3.BucketMetric(
        `${name}-metrics-${stream}`,
        { bucket: bucketName, name: streamFilterId(stream), filter: { prefix } },
        { parent: this },
      );
    }
    const alarms = flowAlarms(watchable);
    const made = alarms.map((alarm) => createAlarm(name, alarm, { stack, alertTopicArn, parent: this }));
    const health = alarms.filter((alarm) => alarm.health).map(({ key }) => alarmName(stack, key));
    if (args.compositeAlarm && health.length > 0) {
      createComposite(name, health, { stack, alertTopicArn, parent: this }, made);
    }
    if (args.dashboard) {
      new cloudwatch.Dashboard(
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

/** The alarm over all others. Where those are more than one rule takes, silent alarms over parts of them lie between. */
function createComposite(
  name: string,
  health: readonly string[],
  { stack, alertTopicArn, parent }: AlarmPlace,
  made: readonly pulumi.Resource[],
): void {
  const parts = ruleParts(health);
  const alarmDescription = describe(
    "files do not flow as they should",
    "what the alarms below this one say",
    `npm run pipeline -- status --stack ${stack}`,
  );
  const composite = (
    key: string,
    below: readonly string[],
    tells: pulumi.Input<string>[],
    dependsOn: pulumi.Resource[],
  ) =>
    new cloudwatch.CompositeAlarm(
      `${name}-${key}`,
      {
        alarmName: alarmName(stack, key),
        alarmDescription,
        alarmRule: anyFires(below),
        alarmActions: tells,
        okActions: tells,
      },
      { parent, dependsOn },
    );
  const keys = parts.length === 1 ? [] : parts.map((_, index) => `unhealthy-${index + 1}`);
  const between = keys.map((key, index) => composite(key, parts[index] ?? [], [], [...made]));
  const below = keys.length === 0 ? health : keys.map((key) => alarmName(stack, key));
  composite("unhealthy", below, [alertTopicArn], [...made, ...between]);
}

/** A rule takes 100 alarms and 10240 characters: AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
const MOST_ALARMS = 100;
const LONGEST_RULE = 10_240;

/** The alarms in parts that have room in a rule each. */
export function ruleParts(names: readonly string[]): string[][] {
  const longest = Math.max(...names.map((name) => anyFires([name, ""]).length));
  const size = Math.min(MOST_ALARMS, Math.floor(LONGEST_RULE / longest));
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) =>
    names.slice(index * size, (index + 1) * size),
  );
}

/** The rule that holds while one of these alarms fires. */
export function anyFires(names: readonly string[]): string {
  return names.map((name) => `ALARM("${name}")`).join(" OR ");
}
