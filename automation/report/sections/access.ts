import { accessOf } from "../../plan/access";
import { accountOf, namer } from "../../plan/arn-names";
import type { Decision } from "../access/decision";
import { accessMatrix, type Column, type ResourceMatrix } from "../access/matrix";
import type { ListedStatement } from "../access/statements";
import { type Html, html, joined } from "../page/html";
import type { ReportData } from "../report-data";
import { foldedAway, paragraph, type Section, scrolling } from "./section";

/** Most principals that the head of a column names. */
const MOST_NAMES = 3;

/** Who may do what: a table for each resource, then every statement behind them. */
export function accessSection(data: ReportData): Section {
  const matrix = accessMatrix(data.plan.resources);
  const title = titles(data);
  const bucket = `bucket ${data.outputs.bucketName}`;
  const isFirst = ({ resource }: ResourceMatrix) => resource === bucket || resource.startsWith("role ");
  const first = matrix.resources.filter(({ resource }) => resource === bucket);
  const roles = matrix.resources.filter(({ resource }) => resource.startsWith("role "));
  const rest = matrix.resources.filter((each) => !isFirst(each));
  return {
    id: "access",
    title: "Who may do what",
    body: html`<p>${"By the policies of this stack. Each cell leads to the statements behind it: by a click, or by the arrow keys and Enter. Conditions stand with the statements; other policies of the account can allow its own roles and users more, and the refusals of the bucket's policy bind these too."}</p>${first.map(
      (each) => resourceTable(each, title),
    )}<h3>Who may assume the roles</h3>${roles.map((each) => resourceTable(each, title))}${unread(data)}${
      rest.length > 0 &&
      html`<h3>Everything else with a policy</h3>${rest.map((each) => foldedAway(each.resource, resourceTable(each, title)))}`
    }<h3 id="statements">${`The ${matrix.statements.length} statements`}</h3>${matrix.statements.map(statement)}${dialog()}`,
  };
}

/** What the page calls principals whose names alone say little. */
function titles({ outputs, settings, plan }: ReportData): (label: string) => string {
  const name = namer(plan.resources);
  const own = accountOf(plan.resources);
  const known = new Map<string, string>([
    [roleLabel(outputs.braintrustRoleArn), "Braintrust’s role"],
    ...(outputs.snowflakeRoleArn === undefined
      ? []
      : [[roleLabel(outputs.snowflakeRoleArn), "Snowflake’s role"] as const]),
    ...(settings.braintrust.accountId === undefined
      ? []
      : [[name(`arn:aws:iam::${settings.braintrust.accountId}:root`), "Braintrust"] as const]),
    ...(settings.snowflake.iamUserArn === undefined
      ? []
      : [[name(settings.snowflake.iamUserArn), "Snowflake"] as const]),
    [`account ${own} (this one)`, "This account"],
  ]);
  return (label) =>
    known.get(label) ??
    (label.startsWith("user ") && settings.snowflake.access === "user" && !label.includes(" of account ")
      ? "Snowflake’s user"
      : label);
}

function roleLabel(arn: string): string {
  return `role ${arn.slice(arn.lastIndexOf("/") + 1)}`;
}

function resourceTable(
  { resource, columns, places }: ResourceMatrix,
  title: (label: string) => string,
): Html {
  const head = (column: Column) => names(column, title);
  return html`${scrolling(
    `Who may do what with ${resource}`,
    html`<table class="matrix"><caption>${resource}</caption><thead><tr><th scope="col">Action</th>${columns.map(
      (column) => html`<th scope="col">${head(column).map((each) => html`<span>${each}</span>`)}</th>`,
    )}</tr></thead>${places.map(
      ({ place, rows }) =>
        html`<tbody>${place.label !== resource && html`<tr class="place"><th scope="rowgroup" colspan="${columns.length + 1}">${place.label}</th></tr>`}${rows.map(
          ({ actions, decisions }) =>
            html`<tr><th scope="row">${joined(
              actions.map((action) => html`<span>${action}</span>`),
              " ",
            )}</th>${decisions.map((decision, index) => {
              const column = columns[index];
              return html`<td>${cell(decision, `${column === undefined ? "" : head(column).join(", ")}, ${actions[0] ?? ""}`)}</td>`;
            })}</tr>`,
        )}</tbody>`,
    )}</table>`,
  )}${legend(columns, title)}`;
}

function names({ principals }: Column, title: (label: string) => string): string[] {
  const all = principals.map(({ label }) => title(label).replace(/^(service) /, ""));
  return all.length <= MOST_NAMES
    ? all
    : [...all.slice(0, MOST_NAMES - 1), `and ${all.length - MOST_NAMES + 1} more`];
}

/** The policies' own names of those whom the head of a column calls something else, or leaves out. */
function legend(columns: readonly Column[], title: (label: string) => string): Html {
  const renamed = columns.flatMap(({ principals }) =>
    principals
      .filter(
        ({ label }, index) =>
          title(label) !== label || (index >= MOST_NAMES - 1 && principals.length > MOST_NAMES),
      )
      .map(({ label }) => (title(label) === label ? label : `${title(label)} is ${label}`)),
  );
  return html`${renamed.length > 0 && html`<p class="small">${renamed.join("; ")}.</p>`}`;
}

/** The verdict, as a link to what is behind it: to the page's dialog by script, to the list without. */
function cell({ verdict, by, unless }: Decision, what: string): Html {
  const numbers = [...by, ...unless];
  const why =
    by.length > 0
      ? `by statement ${by.join(" and ")}${unless.length > 0 ? `, unless ${unless.join(" or ")} refuses` : ""}`
      : "since no statement allows it";
  return html`<a class="cell ${verdict}" href="#${by.length > 0 ? `statement-${by[0] ?? 0}` : "statements"}" data-statements="${numbers.join(" ")}" data-what="${what}" aria-label="${`${what}: ${verdict}, ${why}`}"><span class="sign" aria-hidden="true">${verdict === "allowed" ? "✓" : "–"}</span>${by.length > 0 && html`<span class="by" aria-hidden="true">${by.join(" ")}</span>`}</a>`;
}

function unread({ plan }: ReportData): Html {
  const policies = accessOf(plan.resources).flatMap(({ subject, unread: names }) =>
    names.map((policy) => `${subject}: ${policy}`),
  );
  return html`${policies.length > 0 && paragraph(`Not judged, since their text is known only once the stack is deployed: ${policies.join("; ")}.`)}`;
}

function statement({ number, kind, holder, policy, statement: raw, words }: ListedStatement): Html {
  const { effect, who, actions, where, conditions } = words;
  const said = effect === "allow" ? "may" : "may never";
  const place = where.length === 0 ? "" : ` on ${where.join(" and ")}`;
  const deed = kind === "trust" ? "assume it" : `${actions.join(", ")}${place}`;
  return html`<details class="statement" id="statement-${number}"><summary><span class="number">${number}</span><span><strong>${raw.Sid ?? "Statement"}</strong> of ${policy ?? (kind === "trust" ? "the trust policy" : "the policy")} of ${holder}</span></summary><p>${`${who} ${said} ${deed}${conditions.length === 0 ? "" : `, ${effect === "allow" ? "only " : ""}${conditions.join(" and ")}`}`}.</p><pre><code>${JSON.stringify(raw, null, 2)}</code></pre></details>`;
}

function dialog(): Html {
  return html`<dialog id="behind" aria-labelledby="behind-title"><h3 id="behind-title"></h3><div id="behind-statements"></div><form method="dialog"><button>Close</button></form></dialog>`;
}
