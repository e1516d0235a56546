import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";

/** A tag of every resource of the stack, by which AWS can tell its costs from the account's. */
export interface CostTag {
  readonly key: string;
  readonly value: string;
}

/** The tag that `monitoring.costTag` names; undefined where it names none. */
export function costTagOf({ monitoring, defaultTags }: Settings): CostTag | undefined {
  const key = monitoring.costTag;
  const value = key !== undefined && Object.hasOwn(defaultTags, key) ? defaultTags[key] : undefined;
  return key === undefined || value === undefined ? undefined : { key, value };
}

/** Settings of cost that cannot be combined. None where monitoring is off, since nothing is made of them then. */
export function costConflicts(settings: Settings): Problem[] {
  const { monitoring, partition, region, defaultTags } = settings;
  if (!monitoring.enabled) return [];
  const { monthlyBudgetUsd, costAnomalyUsd, costAnomalyMonitorArn, costTag, activateCostTag } = monitoring;
  const { alertEmails, alertTopicArn } = monitoring;
  const problems: Problem[] = [];
  const amounts = Object.entries({ monthlyBudgetUsd, costAnomalyUsd }).filter(([, usd]) => usd !== undefined);
  for (const [name, usd] of amounts) {
    const problem = (rule: string, fix: string) =>
      problems.push({ key: `monitoring.${name}`, value: showValue(usd), rule, fix });
    if (partition === "aws-us-gov") {
      problem(
        `AWS GovCloud accounts are billed through a standard account, and ${region} has neither Budgets nor Cost Explorer`,
        "remove it here, and set the budget in the standard account that pays",
      );
    } else if (partition === "aws-cn") {
      problem(
        `is in US dollars, and accounts of ${region} are billed in CNY`,
        "remove it here, and set the budget in the console of AWS China",
      );
    }
    if (alertEmails.length === 0 && alertTopicArn === undefined) {
      problem(
        "has no notification target",
        "add an address to monitoring.alertEmails, or name monitoring.alertTopicArn",
      );
    }
  }
  if (costAnomalyUsd !== undefined && costAnomalyMonitorArn === undefined && costTag === undefined) {
    problems.push({
      key: "monitoring.costAnomalyUsd",
      value: showValue(costAnomalyUsd),
      rule: "needs a monitor: AWS allows an account one monitor of services, which this stack does not take",
      fix: "set monitoring.costAnomalyMonitorArn (`aws ce get-anomaly-monitors` lists them), or monitoring.costTag in an account that pays for itself",
    });
  }
  if (costTag !== undefined && !Object.hasOwn(defaultTags, costTag)) {
    const known = Object.keys(defaultTags);
    problems.push({
      key: "monitoring.costTag",
      value: showValue(costTag),
      rule: "must be the key of a tag of aws:defaultTags: a budget by any other tag would count nothing",
      fix: known.length > 0 ? `use one of ${known.join(", ")}` : "add it to aws:defaultTags.tags",
    });
  }
  if (activateCostTag && costTag === undefined) {
    problems.push({
      key: "monitoring.activateCostTag",
      value: "true",
      rule: "has no tag to activate",
      fix: "name one in monitoring.costTag",
    });
  }
  return problems;
}
