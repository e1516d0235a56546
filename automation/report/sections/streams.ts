import { storedName, taskOf } from "../../../components/settings/snowflake-names";
import { type Fragment, type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { briefLines } from "./brief-streams";
import { foldedAway, isBad, type Line, lines, paragraph, type Section } from "./section";
import { type SeenStream, seenStreams } from "./seen-streams";

/** From so many streams on, most are folded away. */
const MANY = 40;
/** How many are shown then. */
const FEW = 20;

/** The streams, where their files are and go, and how fresh they are: here alone, since there may be a thousand. */
export function streamsSection(data: ReportData): Section {
  const every = data.settings.monitoring.exportEveryHours;
  const all = seenStreams(data);
  const bad = all.filter(({ word }) => isBad(word));
  const sorted = [...bad, ...all.filter((each) => !bad.includes(each))];
  const shown = all.length < MANY ? all : sorted.slice(0, FEW);
  const others = all.length < MANY ? [] : sorted.slice(FEW);
  return {
    id: "streams",
    title: "Streams",
    body: html`${paragraph(
      `${all.length === 1 ? "A file is expected" : `Each of the ${all.length} streams should bring a file`} every ${every === 1 ? "hour" : `${every} hours`}.${data.live === undefined ? " With `--live` this page says how old the newest file is." : ""}`,
    )}${lines(shown.map((each) => lineOf(each, data)))}${
      others.length > 0 && foldedAway(`${others.length} more streams`, briefLines(others, data))
    }`,
  };
}

function lineOf(each: SeenStream, data: ReportData): Line {
  return {
    name: each.stream.name,
    text: html`<code>${each.stream.url}</code>`,
    word: each.word,
    why: html`${each.seen.map((text) => line(prose(text)))}${line(loading(each, data))}`,
  };
}

function line(text: Fragment): Html {
  return html`<span class="line">${text}</span>`;
}

/** What loads a stream, and what starts it. */
function loading({ stream, channel }: SeenStream, { settings, outputs }: ReportData): Html {
  const { format, table, pipe } = stream;
  const into = html`${format} files, loaded into <code>${table}</code>`;
  switch (outputs.eventsMode) {
    case "snowflake-queue": {
      const announced =
        channel === undefined
          ? "The pipe’s queue is not known yet."
          : html`New files are announced to <code>${channel}</code>.`;
      return html`${into} by pipe <code>${pipe}</code>. ${announced}`;
    }
    case "sns":
      return html`${into} by pipe <code>${pipe}</code>, which the event topic starts.`;
    default: {
      const minutes = settings.snowflake.taskMinutes;
      const interval = minutes === 1 ? "minute" : `${minutes} minutes`;
      return html`${into} by task <code>${taskOf(storedName(table) ?? table)}</code>, every ${interval}.`;
    }
  }
}
