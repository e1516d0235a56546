import type { ControlGroup } from "./control";
import {
  both,
  type Evidence,
  type Evident,
  every,
  NothingToJudge,
  NotMet,
  oneOrMore,
  trailBucketName,
} from "./evidence";
import { keyServes, tagged } from "./messaging";
import { blocksPublicAccess } from "./s3";

const TRAIL = "awsx:cloudtrail:Trail";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
const security = "https://docs.aws.amazon.com/securityhub/latest/userguide";

/** A trail that must exist, unless others have one that records the exports. */
const oneTrail =
  (says: string, passes: (inputs: Evident["inputs"]) => boolean): Evidence =>
  (judged) => {
    if (judged.existingTrail !== undefined) {
      throw new NothingToJudge(`\`${judged.existingTrail}\` is not this stack's`);
    }
    return oneOrMore(TRAIL, says, ({ inputs }) => passes(inputs))(judged);
  };
const trail = (says: string, passes: (inputs: Evident["inputs"]) => boolean) =>
  every(TRAIL, says, ({ inputs }) => passes(inputs));

/** docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html */
export const trailControls: ControlGroup = {
  service: "AWS CloudTrail",
  page: `${security}/cloudtrail-controls.html`,
  controls: [
    {
      id: "CloudTrail.1",
      title: "A multi-Region trail with read and write management events",
      verdict: {
        met: oneTrail("every Region, management events of both kinds", (inputs) => {
          const selectors = JSON.stringify(inputs.advancedEventSelectors);
          return (
            inputs.isMultiRegionTrail === true &&
            /"Management"/.test(selectors) &&
            !/readOnly/.test(selectors)
          );
        }),
      },
    },
    {
      id: "CloudTrail.2",
      title: "Encryption at rest",
      verdict: {
        met: both(
          trail("under the stack's key", (inputs) => inputs.kmsKeyId !== undefined),
          keyServes("cloudtrail.amazonaws.com"),
        ),
      },
    },
    { id: "CloudTrail.3", title: "At least one trail", verdict: { met: oneTrail("is made", () => true) } },
    {
      id: "CloudTrail.4",
      title: "Log file validation",
      verdict: { met: trail("log file validation", (inputs) => inputs.enableLogFileValidation === true) },
    },
    {
      id: "CloudTrail.5",
      title: "Integrated with CloudWatch Logs",
      verdict: {
        met: trail("writes to a log group", (inputs) =>
          JSON.stringify(inputs.cloudWatchLogsGroup).includes("arn"),
        ),
      },
    },
    {
      id: "CloudTrail.6",
      title: "The log bucket is not public",
      verdict: {
        met: both((judged) => {
          const buckets = judged.programs.flat().map(({ inputs }) => inputs.bucket);
          const says = "its bucket is one of the stack's";
          return every(TRAIL, says, (each) => buckets.includes(trailBucketName(each) ?? ""))(judged);
        }, blocksPublicAccess),
      },
    },
    {
      id: "CloudTrail.7",
      title: "Access logging on the log bucket",
      verdict: {
        accepted:
          "a bucket of logs about a bucket of logs has no end; log file validation shows a change, and alarms one of the trail",
        unless: trail("its log bucket has no access logs", () => false),
      },
    },
    { id: "CloudTrail.9", title: "Trails tagged", verdict: { met: tagged(TRAIL) } },
    {
      id: "CloudTrail.10",
      title: "Lake event data stores encrypted with customer managed keys",
      verdict: { outOfScope: "the stack has no CloudTrail Lake" },
    },
  ],
};

/** A filter of the trail's log group feeds the metric, and an alarm looks at it. */
function alarmed(metric: string): Evidence {
  return ({ programs }) => {
    const resources = programs.flat();
    const filter = resources.find(
      ({ type, inputs }) =>
        type === FILTER && JSON.stringify(inputs.metricTransformation).includes(`"${metric}"`),
    );
    const alarm = resources.find(({ type, inputs }) => type === ALARM && inputs.metricName === metric);
    if (filter === undefined || alarm === undefined) throw new NotMet(`no alarm on \`${metric}\``);
    return `\`${filter.name}\` and \`${alarm.name}\``;
  };
}

/** docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html */
export const watchControls: ControlGroup = {
  service: "Amazon CloudWatch",
  page: `${security}/cloudwatch-controls.html`,
  controls: [
    {
      id: "CloudWatch.15",
      title: "Alarms have an action for the ALARM state",
      verdict: {
        met: every(
          ALARM,
          "notify the alert topic",
          ({ inputs }) => Array.isArray(inputs.alarmActions) && inputs.alarmActions.length > 0,
        ),
      },
    },
    {
      id: "CloudWatch.16",
      title: "Log groups kept for at least a year",
      verdict: {
        accepted:
          "the trail's events stay in the log group for alarms and searches, and longer in its bucket, at a tenth of the price; `auditTrail.logGroupDays` changes it",
        unless: every(
          "aws:cloudwatch/logGroup:LogGroup",
          "keeps its events for a year or more",
          ({ inputs }) => Number(inputs.retentionInDays) >= 365,
        ),
      },
    },
    {
      id: "CloudWatch.17",
      title: "Alarm actions enabled",
      verdict: { met: every(ALARM, "actions are on", ({ inputs }) => inputs.actionsEnabled !== false) },
    },
  ],
};

/** AWS's check wants the filters of CIS as they are, without a field more: an alarm on what concerns this stack does not pass it. */
const beyondStack = (what: string) =>
  `${what} of the stack alone, where AWS's check asks for the filter of CIS, word for word, on the whole account`;

/** Beyond the 56: what of CloudWatch.1 to .14 concerns this pipeline. */
export const changeControls: ControlGroup = {
  service: "CloudWatch, metric filters and alarms",
  page: `${security}/cloudwatch-controls.html`,
  controls: [
    {
      id: "CloudWatch.4",
      title: "IAM policy changes",
      verdict: {
        met: alarmed("RoleChanges"),
        beyond: beyondStack("on roles, users, groups and policies"),
      },
    },
    {
      id: "CloudWatch.5",
      title: "CloudTrail changes",
      verdict: { met: alarmed("TrailChanges"), beyond: beyondStack("on the trail") },
    },
    {
      id: "CloudWatch.7",
      title: "Disabling or deletion of KMS keys",
      verdict: {
        met: (judged) => {
          if (!judged.programs.flat().some(({ type }) => type === "aws:kms/key:Key")) {
            throw new NothingToJudge("the stack creates no key");
          }
          return alarmed("KeyChanges")(judged);
        },
        beyond: beyondStack("on the key"),
      },
    },
    {
      id: "CloudWatch.8",
      title: "S3 bucket policy changes",
      verdict: { met: alarmed("BucketChanges"), beyond: beyondStack("on the buckets") },
    },
  ],
};
