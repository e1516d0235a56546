import type { CostEstimate, CostLines } from "../../cost/estimate";
import { type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { costChart, dollars } from "./cost-chart";
import { foldedAway, paragraph, type Section, scrolling, sentence } from "./section";

/** What a month costs, by storage class, and how that changes as exports age; then Snowflake's bill. */
export function costSection({ cost }: ReportData): Section {
  const { usage, months, idle, assumptions, unpriced, pricesRegion, pricesAsOf, snowflake } = cost;
  const last = months.at(-1);
  const { reset, creditUsd } = snowflake;
  const exported = usage.months === 1 ? "the month" : `all ${usage.months} months`;
  return {
    id: "cost",
    title: "Cost by month",
    body: html`${paragraph(
      `With ${usage.gbPerDay} GB in ${usage.filesPerDay} files a day: ${dollars(last?.usd ?? 0)} USD to AWS in month ${usage.months}, and ${dollars(snowflake.usd)} USD to Snowflake each month. Without traffic ${dollars(idle.usd)} USD a month to AWS. AWS’s prices are those of ${pricesRegion} as of ${pricesAsOf}.`,
    )}${costChart(months)}${last !== undefined && amounts(`AWS, month ${usage.months}`, last)}${foldedAway(
      "Every month by item",
      byYear(months).map(table),
    )}${amounts("Snowflake, each month", snowflake)}${paragraph(
      `On Snowflake’s bill, at ${dollars(creditUsd)} USD a credit; prices in credits as of ${snowflake.pricesAsOf}.${
        snowflake.parquetSavesUsd === undefined
          ? ""
          : ` Parquet instead of jsonl would save ${dollars(snowflake.parquetSavesUsd)} USD a month.`
      }`,
    )}${reset.items.length > 0 && amounts(`A reset that exports ${exported} again, once`, reset)}${foldedAway(
      "Assumptions",
      html`<ul class="steps">${[
        ...assumptions,
        ...unpriced.map((type) => `\`${type}\` has no price here and is left out`),
      ].map((text) => html`<li>${prose(sentence(text))}</li>`)}</ul>`,
    )}`,
  };
}

/** Items with what each is counted from, the dearest first. */
function amounts(title: string, { items, usd }: CostLines): Html {
  const sorted = [...items].sort((one, other) => other.usd - one.usd);
  return html`<h3>${title}</h3>${scrolling(
    title,
    html`<table class="amounts"><thead><tr><th scope="col">Item</th><th scope="col">USD</th><th scope="col">From</th></tr></thead><tbody>${sorted.map(
      ({ item, usd: amount, why }) =>
        html`<tr><th scope="row">${item}</th><td>${dollars(amount)}</td><td>${why}</td></tr>`,
    )}<tr class="total"><th scope="row">total</th><td>${dollars(usd)}</td><td></td></tr></tbody></table>`,
  )}`;
}

type Months = CostEstimate["months"];

/** More months than a page of paper has room for are tables below each other. */
function byYear(months: Months): Months[] {
  const years = Math.ceil(months.length / 12);
  return Array.from({ length: years }, (_, year) => months.slice(year * 12, (year + 1) * 12));
}

function table(months: Months): Html {
  const items = [...new Set(months.flatMap((month) => month.items.map(({ item }) => item)))];
  const amount = (month: Months[number], wanted: string) =>
    month.items.filter(({ item }) => item === wanted).reduce((sum, { usd }) => sum + usd, 0);
  return scrolling(
    `Cost of the months from ${months[0]?.month} by item`,
    html`<table class="figures"><thead><tr><th scope="col">Item</th>${months.map(
      ({ month }) => html`<th scope="col">${month}</th>`,
    )}</tr></thead><tbody>${items.map(
      (item) =>
        html`<tr><th scope="row">${item}</th>${months.map((month) => html`<td>${dollars(amount(month, item))}</td>`)}</tr>`,
    )}<tr class="total"><th scope="row">total</th>${months.map(({ usd }) => html`<td>${dollars(usd)}</td>`)}</tr></tbody></table>`,
  );
}
