import { html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { manyLines, paragraph, type Section } from "./section";

/** The streams, where their files are and go, and how fresh they are. */
export function streamsSection(data: ReportData): Section {
  const { settings, outputs, live } = data;
  const every = settings.monitoring.exportEveryHours;
  const checks = live !== undefined && "found" in live.verification ? live.verification.found.checks : [];
  const counted = live !== undefined && "found" in live.files ? live.files.found.streams : [];
  return {
    id: "streams",
    title: "Streams",
    body: html`${paragraph(
      `${outputs.streams.length === 1 ? "It" : `Each of ${outputs.streams.length}`} must bring a file every ${every} hours.${live === undefined ? " With `--live` this page has the age of its newest file." : ""}`,
    )}${manyLines(
      outputs.streams.map(({ name, url, format, table, pipe }) => {
        const fresh = checks.find(({ id }) => id === `fresh/${name}`);
        const files = counted.find(({ stream }) => stream === name);
        const counts = Object.entries(files?.counts ?? {}).filter(([, count]) => count > 0);
        const channel = settings.streams.find((stream) => stream.name === name)?.channel;
        return {
          name,
          text: html`<code>${url}</code>, ${format}, by pipe <code>${pipe}</code> into <code>${table}</code>`,
          word: fresh?.verdict,
          why: html`${fresh !== undefined && prose(`${fresh.evidence}. `)}${
            counts.length > 0 && `Files: ${counts.map(([state, count]) => `${count} ${state}`).join(", ")}. `
          }${settings.events.mode === "snowflake-queue" && channelWords(channel)}`,
        };
      }),
      "streams",
    )}`,
  };
}

function channelWords(channel: string | undefined) {
  return channel === undefined
    ? "The pipe’s queue is not known yet."
    : html`Announced to <code>${channel}</code>`;
}
