import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";

/** What cannot be combined in `auditTrail` and `monitoring`. */
export function monitoringConflicts({ auditTrail, monitoring, region }: Settings): Problem[] {
  const problems: Problem[] = [];
  const { existing, logGroup, lock, name, retentionDays } = auditTrail;
  if (name !== undefined && existing !== undefined) {
    problems.push({
      key: "auditTrail.name",
      value: showValue(name),
      rule: "cannot be combined with auditTrail.existing: this stack then has no trail of its own",
      fix: "remove one of the two",
    });
  }
  if (logGroup !== undefined && existing === undefined) {
    problems.push({
      key: "auditTrail.logGroup",
      value: showValue(logGroup),
      rule: "is the log group of an existing trail, and auditTrail.existing names none",
      fix: "name the trail, or remove it: a trail of the stack's own has a group of its own",
    });
  }
  if (lock?.mode === "COMPLIANCE" && !lock.confirmCompliance) {
    problems.push({
      key: "auditTrail.lock.mode",
      value: '"COMPLIANCE"',
      rule: `keeps every log file for ${lock.days} days against everybody, the account's root included`,
      fix: "set auditTrail.lock.confirmCompliance to true as well, or use GOVERNANCE",
    });
  }
  if (lock !== undefined && retentionDays < lock.days) {
    problems.push({
      key: "auditTrail.retentionDays",
      value: String(retentionDays),
      rule: `is less than auditTrail.lock.days (${lock.days}): no log file can go before its lock does`,
      fix: "keep the files longer, or lock them for fewer days",
    });
  }
  const { alertTopicArn, alertEmails } = monitoring;
  if (alertTopicArn === undefined) return problems;
  if (alertEmails.length > 0) {
    problems.push({
      key: "monitoring.alertEmails",
      value: showValue(alertEmails),
      rule: "subscribe to a topic of the stack's own, and monitoring.alertTopicArn names one that is not",
      fix: "subscribe them to that topic yourself, or remove one of the two",
    });
  }
  const topicRegion = alertTopicArn.split(":")[3];
  if (region !== undefined && alertTopicArn !== ENCRYPTED && topicRegion !== region) {
    problems.push({
      key: "monitoring.alertTopicArn",
      value: showValue(alertTopicArn),
      rule: `is in ${topicRegion}, and alarms notify topics of their own region alone (${region})`,
      fix: "name a topic of the stack's region",
    });
  }
  return problems;
}
