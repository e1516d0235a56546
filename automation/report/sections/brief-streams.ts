import { type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { badge, paragraph } from "./section";
import type { SeenStream } from "./seen-streams";

/** Streams on a line or two each, after what most of them share: a thousand of them take some pages of paper. */
export function briefLines(streams: readonly SeenStream[], { outputs }: ReportData): Html {
  const format = commonest(streams.map(({ stream }) => stream.format));
  const channel = commonest(streams.map(({ channel: each }) => each));
  const hasPipes = ["snowflake-queue", "sns"].includes(outputs.eventsMode);
  const shared = [
    `files in \`${outputs.exportUrl}\`, in a folder of the stream’s name`,
    `of the format ${format}`,
    "loaded into a table of the stream’s name, in upper case and with `_` for `-`",
    ...(hasPipes ? ["by the pipe of that name and `_PIPE`"] : []),
    ...(outputs.eventsMode !== "snowflake-queue"
      ? []
      : [
          channel === undefined
            ? "whose queue is not known yet"
            : `which \`${channel}\` notifies of new files`,
        ]),
  ];
  return html`${paragraph(
    `If a line says nothing else: ${shared.join(", ")}. \`verify\` names the newest file of each.`,
  )}<ul class="brief">${streams.map((each) => {
    const { name, url, table, format: own } = each.stream;
    const unlike = [
      ...(url === `${outputs.exportUrl}${name}/` ? [] : [`\`${url}\``]),
      ...(table === name.toUpperCase().replaceAll("-", "_") ? [] : [`table \`${table}\``]),
      ...(own === format ? [] : [own]),
      ...(each.channel === channel
        ? []
        : [each.channel === undefined ? "queue not known" : `\`${each.channel}\``]),
    ];
    const said = [...(unlike.length === 0 ? [] : [`${unlike.join(", ")}.`]), ...each.seen.map(shortened)];
    return html`<li><span class="name">${name}</span>${each.word !== undefined && html` ${badge(each.word)}`}${
      said.length > 0 && html` <span class="why">${prose(said.join(" "))}</span>`
    }</li>`;
  })}</ul>`;
}

/** The age of the newest file without its name, which is as long as all else. */
function shortened(text: string): string {
  return text.replace(/^([\d.]+ (?:h|days) old): .*$/s, "$1.");
}

function commonest<Value>(values: readonly Value[]): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
