import type { PlannedResource } from "../../plan/evaluation";
import { html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { capitalized, foldedAway, type Line, lines, manyLines, paragraph, type Section } from "./section";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Every alarm, with what it means and what to do first. */
export function alarmsSection(data: ReportData): Section {
  const { plan, settings, outputs } = data;
  const alarms = plan.resources.filter(({ type }) => type === METRIC_ALARM);
  const composites = plan.resources.filter(({ type }) => type === COMPOSITE_ALARM);
  const { alertEmails } = settings.monitoring;
  const ofPeople = alarms.filter(isOfTrail);
  const ofFlow = alarms.filter((alarm) => !isOfTrail(alarm));
  const recipients = [
    ...(outputs.alertsTopicArn === undefined ? [] : [`\`${outputs.alertsTopicArn}\``]),
    ...(alertEmails.length === 0 ? [] : [`to ${alertEmails.join(", ")}`]),
  ];
  return {
    id: "alarms",
    title: "Alarms",
    body: html`${
      alarms.length === 0
        ? paragraph("The stack has no alarms: `monitoring.enabled` is off.")
        : paragraph(
            `${alarms.length + composites.length} alarms notify ${recipients.join(", ")}.${alertEmails.length === 0 && settings.monitoring.alertTopicArn === undefined ? " Nobody is subscribed by these settings." : ""}`,
          )
    }${
      ofFlow.length > 0 &&
      html`<h3>The flow of files</h3>${manyLines(
        [...composites, ...ofFlow].map((alarm) => lineOf(alarm, data)),
        "alarms",
      )}`
    }${
      ofPeople.length > 0 &&
      html`<h3>Changes and access</h3>${lines(ofPeople.map((alarm) => lineOf(alarm, data)))}`
    }`,
  };
}

/** Whether it counts events of the audit trail. */
function isOfTrail({ inputs }: PlannedResource): boolean {
  return String(inputs.namespace ?? "").startsWith("BraintrustSnowflake/");
}

/** The three parts of each alarm's description. */
const DESCRIPTION = /^What happened: (.*?)\. Likely cause: (.*)\. First run: (.*)$/s;

function lineOf({ inputs }: PlannedResource, { live }: ReportData): Line {
  const name = String(inputs.name ?? inputs.alarmName);
  const description = String(inputs.alarmDescription);
  const [, happened = description, cause, command] = DESCRIPTION.exec(description) ?? [];
  const status = live !== undefined && "found" in live.status ? live.status.found : undefined;
  return {
    name,
    text: html`${prose(capitalized(happened))}.`,
    word: status?.alarms.details?.find((alarm) => alarm.name === name)?.state,
    why:
      cause !== undefined &&
      html`Likely cause: ${prose(cause)}. ${foldedAway("First command", html`<pre><code>${command}</code></pre>`)}`,
  };
}
