import type { CostEstimate } from "../../cost/estimate";
import { type Html, html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { foldedAway, paragraph, type Section, scrolling } from "./section";

/** What is not storage, as one part of each month. */
const REST = "everything else";

/** What a month costs, by storage class, and how that changes as exports age. */
export function costSection({ cost }: ReportData): Section {
  const { usage, months, idle, assumptions, unpriced, pricesRegion, pricesAsOf } = cost;
  const last = months.at(-1);
  return {
    id: "cost",
    title: "Cost by month",
    body: html`${paragraph(
      `With ${usage.gbPerDay} GB in ${usage.filesPerDay} files a day: ${dollars(last?.usd ?? 0)} USD in month ${usage.months}. Without traffic ${dollars(idle.usd)} USD a month. Prices of ${pricesRegion} as of ${pricesAsOf}.`,
    )}${chart(months)}${foldedAway("Every month by item", byYear(months).map(table))}${foldedAway(
      "Assumptions",
      html`<ul class="steps">${[
        ...assumptions,
        ...unpriced.map((type) => `\`${type}\` has no price here and is left out`),
      ].map((text) => html`<li>${prose(text)}</li>`)}</ul>`,
    )}`,
  };
}

type Months = CostEstimate["months"];

/** The parts that a month is made of, storage classes first. */
function partsOf(months: Months): string[] {
  const names = months.flatMap(({ items }) => items.map(({ item }) => partOf(item)));
  return [...new Set(names)].sort((one, other) => Number(one === REST) - Number(other === REST));
}

function partOf(item: string): string {
  return item.startsWith("storage ") ? item.slice("storage ".length) : REST;
}

function colorOf(part: string, index: number): string {
  return part === REST ? "rest" : `part${index % 7}`;
}

const WIDTH = 720;
const HEIGHT = 240;
const AXIS = 46;
const FOOT = 22;

/** Stacked bars: one a month, a part of it for each storage class. Its figures are in the table below it. */
function chart(months: Months): Html {
  const parts = partsOf(months);
  const top = niceAbove(Math.max(...months.map(({ usd }) => usd), 0.01));
  const step = (WIDTH - AXIS) / months.length;
  const height = (usd: number) => ((HEIGHT - FOOT - 8) * usd) / top;
  const base = HEIGHT - FOOT;
  const bars = months.map(({ month, items }, index) => {
    let y = base;
    return parts.map((part, color) => {
      const usd = items.filter(({ item }) => partOf(item) === part).reduce((sum, item) => sum + item.usd, 0);
      const tall = height(usd);
      y -= tall;
      return tall > 0
        ? html`<rect class="${colorOf(part, color)}" x="${fixed(AXIS + index * step + step * 0.15)}" y="${fixed(y)}" width="${fixed(step * 0.7)}" height="${fixed(tall)}"><title>${`Month ${month}, ${part}: ${dollars(usd)} USD`}</title></rect>`
        : undefined;
    });
  });
  const labelled = Math.max(1, Math.ceil(months.length / 12));
  return html`<figure class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary(months)}">${[
    0, 0.5, 1,
  ].map(
    (share) =>
      html`<line x1="${AXIS}" x2="${WIDTH}" y1="${fixed(base - height(top * share))}" y2="${fixed(base - height(top * share))}"/><text x="${AXIS - 8}" y="${fixed(base - height(top * share) + 4)}" text-anchor="end">${axisText(top * share)}</text>`,
  )}${bars}${months.map(
    ({ month }, index) =>
      (month === 1 || month % labelled === 0) &&
      html`<text x="${fixed(AXIS + (index + 0.5) * step)}" y="${HEIGHT - 4}" text-anchor="middle">${month}</text>`,
  )}</svg><figcaption><ul class="legend">${parts.map(
    (part, color) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${colorOf(part, color)}" width="10" height="10"/></svg>${part}</li>`,
  )}</ul><span>USD a month, by storage class</span></figcaption></figure>`;
}

function summary(months: Months): string {
  const [first, last] = [months[0], months.at(-1)];
  return `Cost by month: ${dollars(first?.usd ?? 0)} USD in month 1, ${dollars(last?.usd ?? 0)} USD in month ${months.length}`;
}

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

function dollars(usd: number): string {
  return usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function axisText(usd: number): string {
  return usd >= 10
    ? usd.toLocaleString("en-US", { maximumFractionDigits: 0 })
    : usd.toFixed(usd === 0 ? 0 : 2);
}

/** The next of 1, 2, 5, 10, 20, ... above a value. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (([1, 2, 5].find((step) => step * power >= value) ?? 10) as number) * power;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
