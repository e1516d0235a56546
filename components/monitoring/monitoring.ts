import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { knownInputs } from "../arguments";
import { formerNames } from "../former-names";
import { watchedStreams, withoutMany } from "../streams";
import { createAlarm } from "./alarm-resource";
import { alarmName, flowAlarms } from "./alarms";
import { AlertTopic } from "./alert-topic";
import { createComposite } from "./composite-alarm";
import { CostGuard } from "./cost-guard";
import { dashboardBody, dashboardName, dashboardUrl } from "./dashboard";
import { costGuardArgs, streamFilterId, trailSubjectOf, watchableOf } from "./monitored";
import type { MonitoringArgs } from "./monitoring-args";
import { TrailWatch } from "./trail-alarms";
import { trailFilters } from "./trail-filters";

/**
 * All that watches a pipeline: alarms on the flow of files, one alarm over all of them, the topic that they tell, a dashboard,
 * metric filters on the audit trail, costs. Its own name is `<name>-monitoring`; `name` is the pipeline's, which earlier
 * versions gave to all of this.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Topic that alarms tell: the stack's own, or one that exists. */
  public readonly alertTopicArn: pulumi.Output<string>;
  /** Where the dashboard is seen, if there is one. */
  public readonly dashboardUrl?: pulumi.Output<string>;

  public constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    const ownName = `${name}-monitoring`;
    super("braintrust-snowflake:index:Monitoring", ownName, knownInputs(withoutMany(args)), opts);
    const { suffix, stack, account, alertEmails: emails, kmsKeyArn } = args;
    // Earlier versions had these three beside it. Their names do not begin with its own.
    const moved = (child: string) => ({
      parent: this,
      aliases: [
        ...(opts?.parent === undefined ? [] : [{ parent: opts.parent }]),
        ...formerNames(this).map((former) =>
          former.apply((past) => ({ name: `${past.replace(/-monitoring$/, "")}-${child}` })),
        ),
      ],
    });
    this.alertTopicArn = pulumi.output(
      args.alertTopicArn ??
        new AlertTopic(
          `${name}-alerts`,
          { topicName: args.names.alertTopic, account, emails, kmsKeyArn },
          moved("alerts"),
        ).topicArn,
    );
    const { alertTopicArn } = this;
    const subject = trailSubjectOf(args);
    if (subject !== undefined) {
      new TrailWatch(`${name}-trail-watch`, { ...subject, alertTopicArn }, moved("trail-watch"));
    }
    const costs = costGuardArgs(args, alertTopicArn);
    if (costs !== undefined) {
      new CostGuard(`${name}-cost`, costs, moved("cost"));
    }
    watchFlow(ownName, args, { suffix, stack, alertTopicArn, parent: this });
    if (args.dashboard) {
      const trailMetrics = subject === undefined ? [] : trailFilters(subject).map(({ metric }) => metric);
      new cloudwatch.Dashboard(
        `${ownName}-dashboard`,
        {
          dashboardName: dashboardName(suffix),
          dashboardBody: dashboardBody({
            watchable: watchableOf(args),
            trailMetrics,
            region: account.region,
          }),
        },
        { parent: this },
      );
      this.dashboardUrl = dashboardUrl(suffix, account);
    }
    this.registerOutputs();
  }
}

interface Place {
  readonly suffix: string;
  readonly stack: string;
  readonly alertTopicArn: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

/** Metrics of each stream's requests, alarms on the flow of files, and the alarm over these. */
function watchFlow(name: string, args: MonitoringArgs, place: Place): void {
  const { parent, suffix } = place;
  // One stream alone is counted with all exports.
  for (const stream of args.requestMetrics && args.streams.length > 1 ? watchedStreams(args.streams) : []) {
    new s3.BucketMetric(
      `${name}-metrics-${stream.name}`,
      { bucket: args.bucketName, name: streamFilterId(stream.name), filter: { prefix: stream.prefix } },
      { parent },
    );
  }
  const alarms = flowAlarms(watchableOf(args));
  const dependsOn = alarms.map((alarm) => createAlarm(name, alarm, place));
  const health = alarms.filter((alarm) => alarm.health).map(({ key }) => alarmName(suffix, key));
  if (args.compositeAlarm && health.length > 0) {
    createComposite(name, health, { ...place, dependsOn });
  }
}
