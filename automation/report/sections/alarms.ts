import { NOTHING_TO_COUNT } from "../../plan/alarm-warnings";
import type { PlannedResource } from "../../plan/evaluation";
import { type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { badge, capitalized, foldedAway, isBad, type Line, lines, paragraph, type Section } from "./section";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Every alarm, with what it means and what to do first. */
export function alarmsSection(data: ReportData): Section {
  const { plan, settings, outputs } = data;
  const alarms = plan.resources.filter(({ type }) => type === METRIC_ALARM);
  const composites = plan.resources.filter(({ type }) => type === COMPOSITE_ALARM);
  const { alertEmails } = settings.monitoring;
  const ofPeople = alarms.filter(isOfTrail);
  const ofFlow = [...composites, ...alarms.filter((alarm) => !isOfTrail(alarm))];
  const recipients = [
    ...(outputs.alertsTopicArn === undefined ? [] : [`\`${outputs.alertsTopicArn}\``]),
    ...(alertEmails.length === 0 ? [] : [`to ${alertEmails.join(", ")}`]),
  ];
  const listed = (resources: readonly PlannedResource[]) => {
    const kinds = kindsOf(resources, data);
    return html`${lines(kinds.map(lineOf))}${kinds.filter((kind) => kind.alarms.length > 1).map(ofStreams)}`;
  };
  return {
    id: "alarms",
    title: "Alarms",
    body: html`${
      alarms.length === 0
        ? paragraph(
            `The stack has no alarms: ${settings.monitoring.enabled ? NOTHING_TO_COUNT : "`monitoring.enabled` is off"}.`,
          )
        : paragraph(
            `${alarms.length + composites.length} alarms notify ${recipients.join(", ")}.${alertEmails.length === 0 && settings.monitoring.alertTopicArn === undefined ? " Nobody is subscribed by these settings." : ""}`,
          )
    }${ofFlow.length > 0 && html`<h3>The flow of files</h3>${listed(ofFlow)}`}${
      ofPeople.length > 0 && html`<h3>Changes and access</h3>${listed(ofPeople)}`
    }`,
  };
}

/** Whether it counts events of the audit trail. */
function isOfTrail({ inputs }: PlannedResource): boolean {
  return String(inputs.namespace ?? "").startsWith("BraintrustSnowflake/");
}

/** Stands for the name of a stream in what is said of an alarm of each. */
const STREAM = "STREAM";

/** Alarms of which the same is said: one, or that of each stream. */
interface AlarmKind {
  readonly name: string;
  readonly description: string;
  readonly alarms: readonly { readonly stream: string | undefined; readonly state: string | undefined }[];
}

function kindsOf(resources: readonly PlannedResource[], { outputs, live }: ReportData): AlarmKind[] {
  const status = live !== undefined && "found" in live.status ? live.status.found : undefined;
  const states = new Map(status?.alarms.details?.map(({ name, state }) => [name, state]));
  const streams = outputs.streams.map(({ name }) => name).sort((one, other) => other.length - one.length);
  const kinds = new Map<string, AlarmKind>();
  for (const { inputs } of resources) {
    const name = String(inputs.name ?? inputs.alarmName);
    const text = String(inputs.alarmDescription);
    const stream = streams.find((each) => name.endsWith(`-${each}`) && text.includes(`stream ${each} `));
    const anyName = stream === undefined ? name : `${name.slice(0, -stream.length)}${STREAM}`;
    const anyText = text.replace(`stream ${stream} `, `stream ${STREAM} `);
    const key = `${anyName}\n${anyText}`;
    const others = kinds.get(key)?.alarms ?? [];
    kinds.set(key, {
      name: others.length > 0 ? anyName : name,
      description: others.length > 0 ? anyText : text,
      alarms: [...others, { stream, state: states.get(name) }],
    });
  }
  return [...kinds.values()];
}

/** The three parts of each alarm's description. */
const DESCRIPTION = /^What happened: (.*?)\. Likely cause: (.*)\. First run: (.*)$/s;

function lineOf({ name, description, alarms }: AlarmKind): Line {
  const [, happened = description, cause, command] = DESCRIPTION.exec(description) ?? [];
  const words = alarms.map(({ state }) => state);
  return {
    name,
    text: html`${prose(capitalized(happened))}.`,
    word: words.find(isBad) ?? words[0],
    why:
      cause !== undefined &&
      html`Likely cause: ${prose(cause)}. ${foldedAway("First command", html`<pre><code>${command}</code></pre>`)}`,
  };
}

/** The streams that have an alarm each; of one that is not silent, its state. */
function ofStreams({ name, alarms }: AlarmKind): Html {
  const named = [...alarms].sort((one, other) => Number(isBad(other.state)) - Number(isBad(one.state)));
  return foldedAway(
    html`The ${alarms.length} streams that have an alarm <code>${name}</code> each`,
    html`<p class="small">${named.map(
      ({ stream, state }, index) =>
        html`${index > 0 && ", "}${stream}${state !== undefined && state !== "OK" && html` ${badge(state)}`}`,
    )}.</p>`,
  );
}
