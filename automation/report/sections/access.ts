import { accessOf } from "../../plan/access";
import { accountOf, namer } from "../../plan/arn-names";
import { accessMatrix, ROLES } from "../access/matrix";
import type { ListedStatement } from "../access/statements";
import { type Html, html } from "../page/html";
import type { ReportData } from "../report-data";
import { matrixTable, type Titles } from "./matrix-table";
import { foldedAway, paragraph, type Section } from "./section";

/** Who may do what: a table for each resource, then every statement behind them. */
export function accessSection(data: ReportData): Section {
  const { resources, statements } = accessMatrix(data.plan.resources);
  const title = titles(data);
  const first = [`bucket ${data.outputs.bucketName}`, ROLES].flatMap(
    (wanted) => resources.find(({ resource }) => resource === wanted) ?? [],
  );
  const rest = resources.filter((each) => !first.includes(each));
  return {
    id: "access",
    title: "Who may do what",
    body: html`${paragraph(
      "As the policies of this stack say it. Each cell leads to the statements behind it, and their conditions: click it, or go there by the arrow keys and press Enter. AWS lets other policies of the account allow its own roles and users more; what the bucket's policy refuses, it refuses them too.",
    )}${first.map(
      (each) =>
        html`<h3>${each.resource === ROLES ? "Who may assume the roles" : each.resource}</h3>${matrixTable(each, title)}`,
    )}${unread(data)}${
      rest.length > 0 &&
      html`<h3>Everything else with a policy</h3>${rest.map((each) => foldedAway(each.resource, matrixTable(each, title)))}`
    }<h3 id="statements">${`The ${statements.length} statements`}</h3>${statements.map(entry)}<dialog id="behind" aria-labelledby="behind-title"><h3 id="behind-title"></h3><div id="behind-statements"></div><form method="dialog"><button>Close</button></form></dialog>`,
  };
}

/** What the page calls principals whose own names say little. */
function titles({ outputs, settings, plan }: ReportData): Titles {
  const name = namer(plan.resources);
  const { accountId } = settings.braintrust;
  const { iamUserArn, access } = settings.snowflake;
  const known = new Map<string, string>([[roleLabel(outputs.braintrustRoleArn), "Braintrust’s role"]]);
  if (outputs.snowflakeRoleArn !== undefined)
    known.set(roleLabel(outputs.snowflakeRoleArn), "Snowflake’s role");
  if (accountId !== undefined)
    known.set(name(`arn:${settings.partition}:iam::${accountId}:root`), "Braintrust");
  if (iamUserArn !== undefined) known.set(name(iamUserArn), "Snowflake");
  known.set(`account ${accountOf(plan.resources)} (this one)`, "This account");
  const isOwnUser = (label: string) => access === "user" && /^user \S+$/.test(label);
  return (label) => known.get(label) ?? (isOwnUser(label) ? "Snowflake’s user" : label);
}

function roleLabel(arn: string): string {
  return `role ${arn.slice(arn.lastIndexOf("/") + 1)}`;
}

function unread({ plan }: ReportData): Html | undefined {
  const policies = accessOf(plan.resources).flatMap(({ subject, unread: names }) =>
    names.map((policy) => `${subject}: ${policy}`),
  );
  if (policies.length === 0) return undefined;
  return paragraph(`Not judged, since no plan has their text: ${policies.join("; ")}.`);
}

/** A statement in words, with its text. */
function entry({ number, kind, holder, policy, statement, words }: ListedStatement): Html {
  const { effect, who, actions, where, conditions } = words;
  const owner =
    policy === undefined
      ? `the ${kind === "trust" ? "trust " : ""}policy of ${holder}`
      : `${policy} of ${holder}`;
  const deed =
    kind === "trust"
      ? "assume it"
      : `${actions.join(", ")}${where.length === 0 ? "" : ` on ${where.join(" and ")}`}`;
  const condition =
    conditions.length === 0 ? "" : `${effect === "allow" ? ", only" : ""} ${conditions.join(" and ")}`;
  const subject =
    effect === "deny" && who === "anyone"
      ? "nobody may"
      : `${who} ${effect === "allow" ? "may" : "may never"}`;
  const said = `${subject} ${deed}${condition}.`;
  return html`<details class="statement" id="statement-${number}"><summary><span class="number">${number}</span><span><strong>${statement.Sid ?? "Statement"}</strong> of ${owner}</span></summary><p>${said.charAt(0).toUpperCase()}${said.slice(1)}</p><pre><code>${JSON.stringify(statement, null, 2)}</code></pre></details>`;
}
