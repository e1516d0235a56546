import { type Look, longest, paint, row, sentence } from "../terminal/layout";
import type { CostEstimate, CostLines } from "./estimate";

const BAR_COLUMNS = 24;

/** An estimate as text for people, without a newline at its end. */
export function renderCost(estimate: CostEstimate, look: Look): string {
  const { stack, usage, months, idle, unpriced, assumptions } = estimate;
  const last = months.at(-1);
  const title = (text: string) => paint({ text, style: "bold" }, look);
  const files = `${usage.filesPerDay} file${usage.filesPerDay === 1 ? "" : "s"}`;
  return [
    title(`Cost of stack ${stack}, in USD a month, with ${usage.gbPerDay} GB in ${files} a day`),
    ...sentence(2, 0, { text: pricesLine(estimate), style: "dim" }, look),
    "",
    ...(last === undefined
      ? []
      : [title(`Month ${last.month}`), ...itemLines(last, look), "", title("Month by month")]),
    ...monthLines(months),
    "",
    title("Idle, without traffic"),
    ...itemLines(idle, look),
    "",
    title("Assumptions"),
    ...[...assumptions, ...unpriced.map((type) => `${type} has no price here and is left out`)].flatMap(
      (text) => sentence(2, 2, { text, style: "dim" }, look),
    ),
  ].join("\n");
}

/** The one line of a plan: what a stack costs before anything flows. */
export function idleLine({ usd }: Pick<CostLines, "usd">): string {
  return `Idle: about ${usd.toFixed(2)} USD a month (see \`cost\`)`;
}

function pricesLine({ pricesRegion, pricesAsOf, region }: CostEstimate): string {
  const stack = region === undefined ? "the stack names no region" : `the stack is in ${region}`;
  return `prices of ${pricesRegion} as of ${pricesAsOf}; ${stack}`;
}

function itemLines({ usd, items }: CostLines, look: Look): string[] {
  const all = [...items].sort((one, other) => other.usd - one.usd);
  const width = longest(["total", ...all.map(({ item }) => item)]);
  const amount = longest([usd.toFixed(2)]);
  const most = Math.max(0, ...all.map((item) => item.usd));
  return [
    ...all.flatMap(({ item, usd: itemUsd, why }) =>
      row(
        2,
        [
          { text: item, width },
          { text: itemUsd.toFixed(2).padStart(amount) },
          { text: bar(itemUsd, most, 8), width: 8 },
        ],
        { text: why, style: "dim" },
        look,
      ),
    ),
    ...row(2, [{ text: "total", width }], { text: usd.toFixed(2).padStart(amount), style: "bold" }, look),
  ];
}

function monthLines(months: CostEstimate["months"]): string[] {
  const most = Math.max(0, ...months.map(({ usd }) => usd));
  const amount = longest(months.map(({ usd }) => usd.toFixed(2)));
  const number = String(months.length).length;
  return months.map(({ month, usd }) =>
    `  ${String(month).padStart(number)}  ${usd.toFixed(2).padStart(amount)}  ${bar(usd, most, BAR_COLUMNS)}`.trimEnd(),
  );
}

/** As many of `columns` as `value` is of `most`; something for whatever is not nothing. */
function bar(value: number, most: number, columns: number): string {
  if (value <= 0 || most <= 0) return "";
  return "█".repeat(Math.max(1, Math.round((value / most) * columns)));
}
