import type { Decision } from "../access/decision";
import { type Column, type ResourceMatrix, ROLES } from "../access/matrix";
import type { Place } from "../access/places";
import { Html, html, joined } from "../page/html";
import { scrolling } from "./section";

/** Most principals that the head of a column names. */
const MOST_NAMES = 3;

/** Most numbers of statements that a cell shows. */
const MOST_NUMBERS = 2;

/** What the page calls a principal. */
export type Titles = (label: string) => string;

/** Who may do what with one resource, a cell for each principal and action. */
export function matrixTable({ resource, columns, places }: ResourceMatrix, title: Titles): Html {
  const heads = columns.map((column) => headOf(column, title));
  const table = html`<table class="matrix"><thead><tr><th scope="col">${
    resource === ROLES ? "Role" : "Action"
  }</th>${heads.map((names) => html`<th scope="col">${names.map(breakable)}</th>`)}</tr></thead>${places.map(
    ({ place, rows }) =>
      html`<tbody>${
        hasHead(place) &&
        html`<tr class="place"><th scope="rowgroup" colspan="${columns.length + 1}"><span>${place.label}</span></th></tr>`
      }${rows.map(({ actions, decisions }) => {
        const what = place.kind === "role" ? [place.label.replace(/^role /, "")] : actions;
        const others = what.length === 1 ? "" : ` and ${what.length - 1} more`;
        const deed = `${what[0]}${others}${place.kind === "role" ? "" : ` on ${uncapitalized(place.label)}`}`;
        return html`<tr><th scope="row">${joined(what.map(breakable), " ")}</th>${decisions.map(
          (decision, index) => html`<td>${cell(decision, `${heads[index]?.join(", ")}, ${deed}`)}</td>`,
        )}</tr>`;
      })}</tbody>`,
  )}</table>`;
  return html`${scrolling(`Who may do what with ${resource}`, table)}${legend(columns, title)}`;
}

function uncapitalized(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A role's name stands in its row; what has one place alone is named above the table. */
function hasHead({ kind, label, resource }: Place): boolean {
  return kind !== "role" && label !== resource;
}

function headOf({ principals }: Column, title: Titles): string[] {
  const names = principals.map(({ label }) => title(label).replace(/^service /, ""));
  if (names.length <= MOST_NAMES) return names;
  return [...names.slice(0, MOST_NAMES - 1), `and ${names.length - MOST_NAMES + 1} more`];
}

/** The policies' own names of those whom the head of a column calls something else, or leaves out. */
function legend(columns: readonly Column[], title: Titles): Html | undefined {
  const words = columns.flatMap(({ principals }) =>
    principals.flatMap(({ label }, index) => {
      if (title(label) !== label) return [`${title(label)} is ${label.replace(" (this one)", "")}`];
      return principals.length > MOST_NAMES && index >= MOST_NAMES - 1 ? [`also ${label}`] : [];
    }),
  );
  return words.length === 0 ? undefined : html`<p class="small">${words.join("; ")}.</p>`;
}

/** A name that may continue in the next line before a capital letter or after a colon or dot, as `s3:|Get|Object`. */
export function breakable(text: string): Html {
  return html`<span>${joined(text.split(/(?<=[a-z])(?=[A-Z])|(?<=[:.])/), new Html("<wbr>"))}</span>`;
}

/** The verdict, as a link to what is behind it: to the page's dialog by script, to the list without. */
function cell({ verdict, by, unless }: Decision, what: string): Html {
  const target = by[0] === undefined ? "statements" : `statement-${by[0]}`;
  const label = `${what}: ${verdict}, ${reason(by, unless)}`;
  return html`<a class="cell ${verdict}" href="#${target}" data-statements="${[...by, ...unless].join(" ")}" aria-label="${label}"><span class="sign" aria-hidden="true">${
    verdict === "allowed" ? "✓" : "–"
  }</span>${by.length > 0 && html`<span class="by${by.length > MOST_NUMBERS && " more"}" aria-hidden="true">${by.slice(0, MOST_NUMBERS).join(" ")}</span>`}</a>`;
}

function reason(by: readonly number[], unless: readonly number[]): string {
  if (by.length === 0) return "since no statement allows it";
  const exceptions = unless.length === 0 ? "" : `, unless ${unless.join(" or ")} refuses`;
  return `by statement ${by.join(" ")}${exceptions}`;
}
