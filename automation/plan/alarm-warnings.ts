import type { Settings } from "../../components/settings/settings";
import type { PlannedResource } from "./evaluation";
import type { PlanProblem } from "./problems";

/** Why a monitored stack has no alarm. */
export const NOTHING_TO_COUNT =
  "these settings leave it nothing to count, neither requests to the bucket nor events in a trail's log group";

/** What alarms do not see that the settings ask for. */
export function alarmWarnings(
  { monitoring }: Settings,
  resources: readonly PlannedResource[],
): readonly PlanProblem[] {
  const hasAlarms = resources.some(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  if (hasAlarms || !monitoring.enabled) return readerAlarmWarnings(resources);
  return [
    {
      severity: "warning",
      key: "monitoring.enabled",
      message: `the stack is monitored, but has no alarms: ${NOTHING_TO_COUNT}`,
      fix: "name the trail's log group in auditTrail.logGroup, let the stack have its own trail or bucket, or run `verify` by a schedule",
    },
  ];
}

/** What the alarm on reads by unlisted callers leaves out where its pattern has no room for every reader. */
function readerAlarmWarnings(resources: readonly PlannedResource[]): PlanProblem[] {
  const filter = resources.find(({ name }) => name.endsWith("-strange-reads-filter"));
  const pattern = String(filter?.inputs.pattern ?? "");
  const known = [...pattern.matchAll(/\$\.userIdentity\.arn != "([^"]*)"/g)].map(([, caller = ""]) => caller);
  const beginnings = known
    .filter((caller) => /[^/]\*$/.test(caller))
    .map((caller) => caller.replace(/^.*\//, ""));
  const warning = (message: string): PlanProblem => ({
    severity: "warning",
    key: "crossAccountReaders",
    message: `the alarm on reads by unlisted callers ${message}`,
    fix: "name fewer readers: one role that they assume has the rights of all",
  });
  return [
    ...(known.includes("*:user/*") ? [warning("does not see users and roles of this account")] : []),
    ...(beginnings.length > 0
      ? [warning(`takes every caller named ${beginnings.join(" or ")} for a reader`)]
      : []),
    ...(pattern.includes('($.userIdentity.accountId = "')
      ? [warning("sees callers of this account alone")]
      : []),
  ];
}
