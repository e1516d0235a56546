import { PROJECT, type Settings } from "../../components/settings/settings";
import type { StackFile } from "../project/stack-file";
import type { PlannedResource } from "./evaluation";
import type { PlanProblem } from "./problems";

/** Why a monitored stack has no alarm. */
export const NOTHING_TO_COUNT =
  "these settings leave it nothing to count, neither requests to the bucket nor events in a trail's log group";

/** What alarms do not see that the settings ask for. */
export function alarmWarnings(
  settings: Settings,
  file: StackFile,
  resources: readonly PlannedResource[],
): PlanProblem[] {
  if (!settings.monitoring.enabled) return [];
  const hasAlarms = resources.some(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  return [
    ...(hasAlarms
      ? readerAlarmWarnings(resources)
      : [
          warning(
            "monitoring.enabled",
            `the stack is monitored, but has no alarms: ${NOTHING_TO_COUNT}`,
            "name the trail's log group in auditTrail.logGroup, let the stack have its own trail or bucket, or run `verify` by a schedule",
          ),
        ]),
    ...loadErrorWarnings(settings),
    ...requestWarnings(settings, file),
  ];
}

function warning(key: string, message: string, fix: string): PlanProblem {
  return { severity: "warning", key, message, fix };
}

/** Snowflake sends a message for each failed run: docs.snowflake.com/en/user-guide/tasks-errors-integrate */
function loadErrorWarnings({ snowflake, events: { mode } }: Settings): PlanProblem[] {
  if (!snowflake.errorNotifications.enabled || mode === "snowflake-queue" || mode === "sns") return [];
  return [
    warning(
      "snowflake.errorNotifications",
      `with events.mode ${mode} tasks load: Snowflake reports runs that fail, and no file that a run leaves out because of an error in it`,
      "run `reconcile` by a schedule, which finds such files",
    ),
  ];
}

/** What a company has set for alarms on requests to a bucket whose metrics are its owner's. */
function requestWarnings({ existingBucket }: Settings, { values }: StackFile): PlanProblem[] {
  if (existingBucket === undefined) return [];
  const given = Object.entries(values[`${PROJECT}:monitoring`] ?? {});
  return given
    .filter(([name, value]) => COUNTING_REQUESTS.includes(name) && value !== false)
    .map(([name]) =>
      warning(
        `monitoring.${name}`,
        "brings about no alarm with existingBucket, whose request metrics are its owner's to turn on",
        "run `verify` by a schedule, which judges how fresh each stream is",
      ),
    );
}

const COUNTING_REQUESTS = ["exportEveryHours", "requestMetrics", "anomalyDetection"];

/** What the alarm on reads by unlisted callers leaves out where its pattern has no room for every reader. */
function readerAlarmWarnings(resources: readonly PlannedResource[]): PlanProblem[] {
  const filter = resources.find(({ name }) => name.endsWith("-strange-reads-filter"));
  const pattern = String(filter?.inputs.pattern ?? "");
  const known = [...pattern.matchAll(/\$\.userIdentity\.arn != "([^"]*)"/g)].map(([, caller = ""]) => caller);
  const beginnings = known
    .filter((caller) => /[^/]\*$/.test(caller))
    .map((caller) => caller.replace(/^.*\//, ""));
  const narrowed = (message: string) =>
    warning(
      "crossAccountReaders",
      `the alarm on reads by unlisted callers ${message}`,
      "name fewer readers: one role that they assume has the rights of all",
    );
  return [
    ...(known.includes("*:user/*") ? [narrowed("does not see users and roles of this account")] : []),
    ...(beginnings.length > 0
      ? [narrowed(`takes every caller named ${beginnings.join(" or ")} for a reader`)]
      : []),
    ...(pattern.includes('($.userIdentity.accountId = "')
      ? [narrowed("sees callers of this account alone")]
      : []),
  ];
}
