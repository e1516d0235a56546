import { counted } from "../terminal/counted";
import { type Cell, type Look, paint, sentence, table } from "../terminal/layout";
import type { CostEstimate, CostLines } from "./estimate";

const BAR_COLUMNS = 24;

/** An estimate as text for people, without a newline at its end. */
export function renderCost(estimate: CostEstimate, look: Look): string {
  const { stack, usage, months, idle, unpriced, assumptions } = estimate;
  const last = months.at(-1);
  const title = (text: string) => paint({ text, style: "bold" }, look);
  const files = counted(usage.filesPerDay, "file");
  return [
    title(`Cost of stack ${stack}, in USD a month, with ${usage.gbPerDay} GB in ${files} a day`),
    ...sentence(2, 0, { text: pricesLine(estimate), style: "dim" }, look),
    "",
    ...(last === undefined
      ? []
      : [title(`Month ${last.month}`), ...itemLines(last, look), "", title("Month by month")]),
    ...monthLines(months, look),
    "",
    title("Idle, without traffic"),
    ...itemLines(idle, look),
    "",
    ...snowflakeLines(estimate, look),
    "",
    title("Assumptions"),
    ...[...assumptions, ...unpriced.map((type) => `${type} has no price here and is left out`)].flatMap(
      (text) => sentence(2, 2, { text, style: "dim" }, look),
    ),
  ].join("\n");
}

function snowflakeLines({ snowflake, usage }: CostEstimate, look: Look): string[] {
  const { reset, parquetSavesUsd, pricesAsOf, creditUsd } = snowflake;
  const title = (text: string) => paint({ text, style: "bold" }, look);
  const source = `prices in credits as of ${pricesAsOf}, ${creditUsd.toFixed(2)} USD a credit; on Snowflake's bill`;
  const saving = `Parquet instead of jsonl: minus ${(parquetSavesUsd ?? 0).toFixed(2)} USD a month`;
  return [
    title("Snowflake, each month"),
    ...sentence(2, 0, { text: source, style: "dim" }, look),
    ...itemLines(snowflake, look),
    ...(parquetSavesUsd === undefined ? [] : sentence(2, 2, { text: saving }, look)),
    "",
    title(`A reset that exports ${counted(usage.months, "month")} again, once`),
    ...itemLines(reset, look),
  ];
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
  const most = Math.max(0, ...all.map((item) => item.usd));
  const row = (item: string, amount: number, share: string, why: string, style?: "bold"): Cell[] => [
    { text: `  ${item}` },
    { text: amount.toFixed(2), hAlign: "right", style },
    { text: share },
    { text: why, style: "dim" },
  ];
  const rows = all.map(({ item, usd: itemUsd, why }) => row(item, itemUsd, bar(itemUsd, most, 8), why));
  return table([...rows, row("total", usd, "", "", "bold")], look);
}

function monthLines(months: CostEstimate["months"], look: Look): string[] {
  const most = Math.max(0, ...months.map(({ usd }) => usd));
  const rows = months.map(({ month, usd }): Cell[] => [
    { text: `  ${month}`, hAlign: "right" },
    { text: usd.toFixed(2), hAlign: "right" },
    { text: bar(usd, most, BAR_COLUMNS) },
  ]);
  return table(rows, look);
}

/** As many of `columns` as `value` is of `most`; something for whatever is not nothing. */
function bar(value: number, most: number, columns: number): string {
  if (value <= 0 || most <= 0) return "";
  return "█".repeat(Math.max(1, Math.round((value / most) * columns)));
}
