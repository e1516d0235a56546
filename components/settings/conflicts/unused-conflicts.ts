import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";
import { storedName } from "../snowflake-names";

/** Names and sizes of what the stack does not create or do: their author expects an effect that they cannot have. */
export function unusedConflicts({ lifecycle, events, snowflake }: Settings): Problem[] {
  const { mode, queueName, topicName } = events;
  const problem = (key: string, value: unknown, isUsed: boolean, rule: string, fix: string): Problem[] =>
    value === undefined || isUsed ? [] : [{ key, value: showValue(value), rule, fix }];
  return [
    ...problem(
      "lifecycle.minimumObjectSizeBytes",
      lifecycle.minimumObjectSizeBytes,
      lifecycle.profile !== "none",
      "is the size from which exports change their storage class, and with lifecycle.profile none they never do",
      "set lifecycle.profile to archive or instant, or remove it",
    ),
    ...problem(
      "events.queueName",
      queueName,
      mode === "queue" || mode === "sns",
      `names a queue of this stack, and with events.mode ${mode} it has none`,
      "set events.mode to queue or sns, or remove it",
    ),
    ...problem(
      "events.topicName",
      topicName,
      mode === "sns",
      `names a topic of this stack, and with events.mode ${mode} it has none`,
      "set events.mode to sns, or remove it",
    ),
    ...problem(
      "snowflake.monthlyCredits",
      snowflake.monthlyCredits,
      storedName(snowflake.adminRole) === "ACCOUNTADMIN",
      `is the quota of a resource monitor, which ACCOUNTADMIN alone may create, and snowflake.adminRole is ${snowflake.adminRole}`,
      "set snowflake.adminRole to ACCOUNTADMIN, or remove it and have an administrator of the account create the monitor",
    ),
  ];
}
