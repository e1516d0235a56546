import { storedName, taskOf } from "../../../components/settings/snowflake-names";
import { type Fragment, type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { manyLines, paragraph, type Section, sentence } from "./section";

type Stream = ReportData["outputs"]["streams"][number];

/** The streams, where their files are and go, and how fresh they are. */
export function streamsSection(data: ReportData): Section {
  const { settings, outputs, live } = data;
  const every = settings.monitoring.exportEveryHours;
  const checks = live !== undefined && "found" in live.verification ? live.verification.found.checks : [];
  const counted = live !== undefined && "found" in live.files ? live.files.found.streams : [];
  const count = outputs.streams.length;
  return {
    id: "streams",
    title: "Streams",
    body: html`${paragraph(
      `${count === 1 ? "A file is expected" : `Each of the ${count} streams should bring a file`} every ${every === 1 ? "hour" : `${every} hours`}.${live === undefined ? " With `--live` this page says how old the newest file is." : ""}`,
    )}${manyLines(
      outputs.streams.map((stream) => {
        const fresh = checks.find(({ id }) => id === `fresh/${stream.name}`);
        const files = counted.find((each) => each.stream === stream.name);
        const counts = Object.entries(files?.counts ?? {}).filter(([, files]) => files > 0);
        return {
          name: stream.name,
          text: html`<code>${stream.url}</code>`,
          word: fresh?.verdict,
          why: html`${fresh !== undefined && line(prose(sentence(fresh.evidence)))}${
            counts.length > 0 &&
            line(`Files: ${counts.map(([state, files]) => `${files} ${state}`).join(", ")}.`)
          }${line(loading(stream, data))}`,
        };
      }),
      "streams",
    )}`,
  };
}

function line(text: Fragment): Html {
  return html`<span class="line">${text}</span>`;
}

/** What loads a stream, and what starts it. */
function loading({ name, format, table, pipe }: Stream, { settings, outputs }: ReportData): Html {
  const into = html`${format} files, loaded into <code>${table}</code>`;
  switch (outputs.eventsMode) {
    case "snowflake-queue": {
      const channel = settings.streams.find((stream) => stream.name === name)?.channel;
      const announced =
        channel === undefined
          ? "The pipe’s queue is not known yet: no file is announced to it."
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
