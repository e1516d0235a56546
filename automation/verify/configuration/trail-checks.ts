import { isDeepStrictEqual } from "node:util";
import type { AdvancedEventSelector, EventSelector } from "@aws-sdk/client-cloudtrail";
import { eventSelectors } from "../../../components/audit/audit-trail";
import { hasOwnTrail } from "../../../components/settings/settings";
import { type Check, judge, skip } from "../check";
import type { Aws } from "../clients";
import { settled } from "../policies";
import { repair, type Subject } from "../subject";

const HOUR_MS = 3_600_000;
/** CloudTrail writes within about 5 minutes of a call: a day of silence is a fault, or an account in which nothing happens. */
const SILENT_HOURS = 24;

/** The audit trail as it is: that it records, what it records, and that its events still arrive. */
export function trailChecks(subject: Subject, aws: Aws, now: () => number): Check[] {
  const { auditTrailArn: trailArn } = subject.outputs;
  if (trailArn === undefined) return [];
  return [
    loggingCheck(subject, aws, trailArn),
    selectorCheck(subject, aws, trailArn),
    deliveryCheck(subject, aws, trailArn, now),
    ...(hasOwnTrail(subject.settings) ? [validationCheck(subject, aws, trailArn)] : []),
  ];
}

/** An existing trail is its owner's to repair. */
function fixOf(subject: Subject): string {
  return hasOwnTrail(subject.settings)
    ? repair(subject)
    : "ask the owner of the trail in auditTrail.existing to repair it";
}

function loggingCheck(subject: Subject, { cloudTrail }: Aws, Name: string): Check {
  return {
    id: "trail/logging",
    title: "The audit trail records",
    needs: ["cloudtrail:GetTrailStatus"],
    run: async () => {
      const { IsLogging, StopLoggingTime } = await cloudTrail.getTrailStatus({ Name });
      const since = StopLoggingTime === undefined ? "" : ` since ${StopLoggingTime.toISOString()}`;
      return judge(IsLogging === true ? [] : [`logging is off${since}`], "logging is on", fixOf(subject));
    },
  };
}

function validationCheck(subject: Subject, { cloudTrail }: Aws, Name: string): Check {
  return {
    id: "trail/validation",
    title: "The trail's log files are validated, and it records every region",
    needs: ["cloudtrail:GetTrail"],
    run: async () => {
      const { Trail } = await cloudTrail.getTrail({ Name });
      const off = [
        ...(Trail?.LogFileValidationEnabled === true ? [] : ["log file validation is off"]),
        ...(Trail?.IsMultiRegionTrail === true ? [] : ["it records one region alone"]),
        ...(Trail?.IncludeGlobalServiceEvents === true ? [] : ["it records no calls of IAM"]),
      ];
      return judge(off, "validated, every region", repair(subject));
    },
  };
}

function selectorCheck(subject: Subject, { cloudTrail }: Aws, TrailName: string): Check {
  const { bucketArn, exportPrefix } = subject.outputs;
  const exportsArn = `${bucketArn}/${exportPrefix}`;
  return {
    id: "trail/selectors",
    title: "The trail records reads and writes of the exports",
    needs: ["cloudtrail:GetEventSelectors"],
    run: async () => {
      const { AdvancedEventSelectors: advanced = [], EventSelectors: basic = [] } =
        await cloudTrail.getEventSelectors({ TrailName });
      if (!hasOwnTrail(subject.settings)) {
        const covered =
          advanced.some((selector) => advancedCovers(selector, exportsArn)) ||
          basic.some((selector) => basicCovers(selector, exportsArn));
        const missing = `no selector has all data events of ${exportsArn}`;
        return judge(covered ? [] : [missing], "data events of the exports", fixOf(subject));
      }
      const asked = await settled(eventSelectors(bucketArn, subject.settings.auditTrail.managementEvents));
      const found = advanced.map(({ Name: name, FieldSelectors }) => ({
        name,
        fieldSelectors: FieldSelectors?.map(fieldShape),
      }));
      return judge(
        isDeepStrictEqual(found, asked)
          ? []
          : [`records ${JSON.stringify(found)}, expected ${JSON.stringify(asked)}`],
        `${found.length} selectors, as expected`,
        repair(subject),
      );
    },
  };
}

type FieldSelector = NonNullable<AdvancedEventSelector["FieldSelectors"]>[number];

/** As the program spells it; comparisons that it never asks for stay, and so stand out. */
function fieldShape({ Field, Equals, StartsWith, ...others }: FieldSelector): object {
  return JSON.parse(JSON.stringify({ field: Field, equals: Equals, startsWiths: StartsWith, ...others }));
}

/** docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html: all fields of a selector must fit. */
function advancedCovers({ FieldSelectors = [] }: AdvancedEventSelector, exportsArn: string): boolean {
  const field = (name: string) => FieldSelectors.find(({ Field }) => Field === name);
  const { Equals: types = [] } = field("resources.type") ?? {};
  const arns = field("resources.ARN");
  const known = ["eventCategory", "resources.type", "resources.ARN"];
  return (
    FieldSelectors.every(({ Field = "" }) => known.includes(Field)) &&
    types.includes("AWS::S3::Object") &&
    (arns === undefined || (arns.StartsWith ?? []).some((start) => exportsArn.startsWith(start)))
  );
}

/** docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html: a value stands for what begins with it. */
function basicCovers({ ReadWriteType, DataResources = [] }: EventSelector, exportsArn: string): boolean {
  return (
    (ReadWriteType === undefined || ReadWriteType === "All") &&
    DataResources.some(
      ({ Type, Values = [] }) =>
        Type === "AWS::S3::Object" && Values.some((start) => exportsArn.startsWith(start)),
    )
  );
}

function deliveryCheck(subject: Subject, { cloudTrail }: Aws, Name: string, now: () => number): Check {
  return {
    id: "trail/delivery",
    title: "The trail's events arrive in its bucket and its log group",
    needs: ["cloudtrail:GetTrailStatus"],
    run: async () => {
      const status = await cloudTrail.getTrailStatus({ Name });
      const { LatestDeliveryError: toBucket, LatestCloudWatchLogsDeliveryError: toGroup } = status;
      const errors = [
        ...(toBucket ? [`the bucket refuses log files: ${toBucket}`] : []),
        ...(toGroup ? [`the log group refuses events: ${toGroup}`] : []),
      ];
      if (errors.length > 0) return judge(errors, "", fixOf(subject));
      const { StartLoggingTime: started } = status;
      const { auditTrail } = subject.settings;
      const inGroup = auditTrail.existing === undefined || auditTrail.logGroup !== undefined;
      const latest = inGroup ? status.LatestCloudWatchLogsDeliveryTime : status.LatestDeliveryTime;
      const hoursSince = (date: Date) => (now() - date.getTime()) / HOUR_MS;
      if (latest === undefined) {
        const young = started === undefined || hoursSince(started) < 1;
        return young
          ? skip("no event has arrived yet", "run `verify` again in an hour")
          : judge([`no event has arrived since ${started.toISOString()}`], "", fixOf(subject));
      }
      const hours = hoursSince(latest);
      return judge(
        hours > SILENT_HOURS ? [`the last event arrived ${Math.floor(hours)} h ago`] : [],
        `the last event arrived at ${latest.toISOString()}`,
        fixOf(subject),
      );
    },
  };
}
