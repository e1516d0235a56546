import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { AuditNames } from "../audit/audit-names";
import { AuditTrail } from "../audit/audit-trail";
import type { ProgramSettings } from "../settings/read-settings";
import { concealer, type Settings } from "../settings/settings";
import { countedStreams, type PipelineParts, trailSubjectOf, watchableOf } from "./alarm-targets";
import { AlertTopic } from "./alert-topic";
import { CostGuard, costGuardArgs } from "./cost-guard";
import { Monitoring } from "./monitoring";
import { TrailWatch } from "./trail-alarms";
import { trailFilters } from "./trail-filters";

/** What watches a pipeline. */
export interface Guards {
  /** ARN of the trail: the stack's own, or the organization's. */
  readonly auditTrailArn?: pulumi.Input<string>;
  /** Topic that alarms tell: the stack's own, or one that exists. */
  readonly alertsTopicArn?: pulumi.Input<string>;
  readonly dashboardUrl?: pulumi.Output<string>;
}

/** Where guards belong, and what they wait for. */
export interface GuardPlace {
  readonly parent: pulumi.Resource;
  /** Names of the trail to make. @default none is made */
  readonly audit?: AuditNames | undefined;
  /** Policy of the stack's key, without which nothing can be written under the key. */
  readonly keyPolicy: readonly pulumi.Resource[];
}

/** Makes each guard that the settings ask for: audit trail, alarms and their topic, dashboard, cost guard. */
export function createGuards(
  name: string,
  settings: ProgramSettings,
  parts: PipelineParts,
  { parent, audit, keyPolicy }: GuardPlace,
): Guards {
  const { auditTrail, forceDestroy, monitoring, protect } = settings;
  const trail =
    audit === undefined
      ? undefined
      : new AuditTrail(
          `${name}-audit`,
          {
            auditTrail,
            names: audit,
            bucketArn: parts.bucket.bucketArn,
            account: parts.account,
            kmsKeyArn: parts.key?.keyArn,
            keyPolicy,
            forceDestroy,
            protect,
          },
          { parent },
        );
  const trailArn = trail?.trailArn ?? existingTrail(settings);
  return {
    ...(trailArn === undefined ? {} : { auditTrailArn: trailArn }),
    ...(monitoring.enabled ? watch(name, settings, parts, { parent, audit, trail }) : {}),
  };
}

function existingTrail(settings: Settings): pulumi.Input<string> | undefined {
  const { enabled, existing } = settings.auditTrail;
  return enabled && existing !== undefined ? concealer(settings, "auditTrail")(existing) : undefined;
}

interface Watching extends Pick<GuardPlace, "parent" | "audit"> {
  readonly trail?: AuditTrail | undefined;
}

function watch(
  name: string,
  settings: ProgramSettings,
  parts: PipelineParts,
  { parent, audit, trail }: Watching,
): Pick<Guards, "alertsTopicArn" | "dashboardUrl"> {
  const { auditTrail, monitoring } = settings;
  const alertTopicArn = alertTopic(name, settings, parts, parent);
  const logGroupName = trail?.logGroupName ?? (auditTrail.enabled ? auditTrail.logGroup : undefined);
  const subject =
    logGroupName === undefined
      ? undefined
      : trailSubjectOf(settings, parts, { logGroupName, trailName: audit?.trailName });
  const { dashboardUrl } = new Monitoring(
    `${name}-monitoring`,
    {
      account: parts.account,
      watchable: watchableOf(settings, parts),
      countedStreams: countedStreams(settings),
      trailMetrics: subject === undefined ? [] : trailFilters(subject).map(({ metric }) => metric),
      alertTopicArn,
      compositeAlarm: monitoring.compositeAlarm,
      dashboard: monitoring.dashboard,
    },
    { parent },
  );
  if (subject !== undefined) {
    new TrailWatch(`${name}-trail-watch`, { subject, alertTopicArn }, { parent });
  }
  const costs = costGuardArgs(settings);
  if (costs !== undefined) {
    const { bucketName } = parts.bucket;
    new CostGuard(`${name}-cost`, { ...costs, bucketName, alertTopicArn }, { parent });
  }
  return { alertsTopicArn: alertTopicArn, ...(dashboardUrl === undefined ? {} : { dashboardUrl }) };
}

function alertTopic(
  name: string,
  settings: ProgramSettings,
  { account, key }: PipelineParts,
  parent: pulumi.Resource,
): pulumi.Input<string> {
  const { stack, monitoring } = settings;
  const conceal = concealer(settings, "monitoring");
  if (monitoring.alertTopicArn !== undefined) return conceal(monitoring.alertTopicArn);
  const topicName = `${name}-alerts`;
  // Earlier versions numbered them.
  const formerName = (address: string, index: number) =>
    settings.formerEmailNames === undefined
      ? `${topicName}-email-${index + 1}`
      : settings.formerEmailNames.get(address);
  const emails = [...new Set(monitoring.alertEmails)].map((address, index) => ({
    key: settings.secretKeys.has("monitoring") ? hashOf(address) : address,
    address: conceal(address),
    formerName: formerName(address, index),
  }));
  return new AlertTopic(topicName, { stack, account, emails, kmsKeyArn: key?.keyArn }, { parent }).topicArn;
}

/** Stands for an encrypted address in names, which state and previews show. */
function hashOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 8);
}
