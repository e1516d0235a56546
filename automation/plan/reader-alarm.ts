import type { PlannedResource } from "./evaluation";
import type { PlanProblem } from "./problems";

/** What the alarm on reads by unlisted callers leaves out where its pattern has no room for every reader. */
export function readerAlarmWarnings(resources: readonly PlannedResource[]): PlanProblem[] {
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
