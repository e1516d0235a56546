import type { CostEstimate } from "../../cost/estimate";
import { type Html, html } from "../page/html";

type Months = CostEstimate["months"];

/** What is not storage, as one part of each month. */
const REST = "all but storage";

/** How large the chart is drawn: on narrow pages smaller, so that its letters stay legible. */
const SIZES = {
  wide: { width: 900, height: 280, labels: 12 },
  narrow: { width: 340, height: 240, labels: 5 },
} as const;

/** Room beside the last bar, for its amount. */
const END = 20;
/** Most that a letter of the axis takes, and what is between it and the bars. */
const LETTER = 7.5;
const GAP = 12;
/** One month alone is no wall. */
const WIDEST = 64;
const HEAD = 22;
const FOOT = 24;

/** Stacked bars: one a month, a part of it for each storage class. Its figures are in the tables below it. */
export function costChart(months: Months): Html {
  const parts = partsOf(months);
  return html`<figure class="chart">${bars(months, parts, "wide")}${bars(months, parts, "narrow")}<figcaption><ul class="legend">${parts.map(
    (part, index) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${colorOf(part, index)}" width="10" height="10"/></svg>${part}</li>`,
  )}</ul><span>USD on AWS’s bill, by month</span></figcaption></figure>`;
}

function bars(months: Months, parts: readonly string[], size: keyof typeof SIZES): Html {
  const { width, height, labels } = SIZES[size];
  const ticks = ticksTo(Math.max(...months.map(({ usd }) => usd), 0.01));
  const top = ticks.at(-1) ?? 1;
  const axis = GAP + LETTER * Math.max(...ticks.map((usd) => axisText(usd, top).length));
  const step = (width - axis - END) / months.length;
  const wide = Math.min(step * 0.7, WIDEST);
  const base = height - FOOT;
  const tall = (usd: number) => ((base - HEAD) * usd) / top;
  const center = (index: number) => axis + (index + 0.5) * step;
  const middle = (index: number) => fixed(center(index));
  const every = Math.ceil(months.length / labels);
  return html`<svg class="${size}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary(months)}">${ticks.map(
    (usd) =>
      html`<line x1="${fixed(axis)}" x2="${width}" y1="${fixed(base - tall(usd))}" y2="${fixed(base - tall(usd))}"/><text x="${fixed(axis - 8)}" y="${fixed(base - tall(usd) + 4)}" text-anchor="end">${axisText(usd, top)}</text>`,
  )}${months.map(({ month, items }, index) => {
    let y = base;
    return parts.map((part, color) => {
      const usd = items.filter(({ item }) => partOf(item) === part).reduce((sum, item) => sum + item.usd, 0);
      y -= tall(usd);
      return (
        tall(usd) > 0 &&
        html`<rect class="${colorOf(part, color)}" x="${fixed(center(index) - wide / 2)}" y="${fixed(y)}" width="${fixed(wide)}" height="${fixed(tall(usd))}"><title>${`Month ${month}, ${part}: ${dollars(usd)} USD`}</title></rect>`
      );
    });
  })}${months.map(
    ({ month, usd }, index) =>
      month % every === 0 &&
      html`<text class="amount" x="${middle(index)}" y="${fixed(base - tall(usd) - 6)}" text-anchor="middle">${short(usd)}</text><text x="${middle(index)}" y="${height - 6}" text-anchor="middle">${month}</text>`,
  )}</svg>`;
}

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

function summary(months: Months): string {
  const [first, last] = [months[0], months.at(-1)];
  return `Cost by month: ${dollars(first?.usd ?? 0)} USD in month 1, ${dollars(last?.usd ?? 0)} USD in month ${months.length}`;
}

const inCents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** An amount in cents. */
export function dollars(usd: number): string {
  return inCents.format(usd);
}

/** An amount above a bar, where there is no room for cents of hundreds. */
function short(usd: number): string {
  return usd >= 100 ? usd.toLocaleString("en-US", { maximumFractionDigits: 0 }) : usd.toFixed(2);
}

function axisText(usd: number, top: number): string {
  const digits = top >= 5 ? 0 : 2;
  return usd === 0
    ? "0"
    : usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The fewest round steps from 0 that reach a value, at most five. */
function ticksTo(value: number): number[] {
  const power = 10 ** Math.floor(Math.log10(value));
  const step =
    [0.2, 0.5, 1, 2, 5].map((round) => round * power).find((each) => each * 5 >= value) ?? 2 * power;
  return Array.from({ length: Math.ceil(value / step - 1e-9) + 1 }, (_, index) => index * step);
}

function fixed(value: number): string {
  return value.toFixed(1);
}
