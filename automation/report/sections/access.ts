import { accessOf } from "../../plan/access";
import { accountOf, namer } from "../../plan/arn-names";
import { principalLabels } from "../access/decision";
import { accessMatrix, ROLES } from "../access/matrix";
import { identityLabel, type ListedStatement } from "../access/statements";
import { type Html, html } from "../page/html";
import { accountBlockOf, type ReportData } from "../report-data";
import { compactJson } from "./compact-json";
import { breakable, matrixTable, type Titles } from "./matrix-table";
import { capitalized, foldedAway, paragraph, type Section } from "./section";

/** Who may do what: a table for each resource, then every statement behind them. */
export function accessSection(data: ReportData): Section {
  const known = titles(data);
  const { resources, statements } = accessMatrix(data.plan.resources, [...known.keys()]);
  const title: Titles = (label) => known.get(label) ?? label;
  const first = [`bucket ${data.outputs.bucketName}`, ROLES].flatMap(
    (wanted) => resources.find(({ resource }) => resource === wanted) ?? [],
  );
  const rest = resources.filter((each) => !first.includes(each));
  return {
    id: "access",
    title: "Who may do what",
    body: html`${paragraph(
      "As the policies of this stack say it. Each cell leads to the statements behind it, with their conditions: click it, or go there by the arrow keys and press Enter. Other policies of the account may allow its own roles and users more; what the bucket’s policy refuses, it refuses them as well.",
    )}${paragraph(publicAccess(data))}${first.map(
      (each) =>
        html`<h3>${each.resource === ROLES ? "Who may assume the roles" : capitalized(each.resource)}</h3>${matrixTable(each, title)}`,
    )}${unread(data)}${
      rest.length > 0 &&
      html`<h3>Everything else with a policy</h3>${rest.map((each) => foldedAway(capitalized(each.resource), matrixTable(each, title)))}`
    }<h3 id="statements">${`The ${statements.length} statements`}</h3>${chosenLater(statements)}${statements.map(entry)}<dialog id="behind" aria-labelledby="behind-title"><h3 id="behind-title"></h3><div id="behind-statements"></div><form method="dialog"><button>Close</button></form></dialog>`,
  };
}

/** What the page calls principals whose own names say little. */
function titles({ outputs, settings, plan }: ReportData): Map<string, string> {
  const name = namer(plan.resources);
  const { accountId, principalArns = [] } = settings.braintrust;
  const { iamUserArn, snsSubscriberArn, errorNotifications } = settings.snowflake;
  const user = plan.resources.find(({ type }) => type === "aws:iam/user:User");
  const known = new Map<string, string>([[roleLabel(outputs.braintrustRoleArn), "Braintrust’s role"]]);
  if (outputs.snowflakeRoleArn !== undefined)
    known.set(roleLabel(outputs.snowflakeRoleArn), "Snowflake’s role");
  if (user !== undefined) known.set(identityLabel(user), "Snowflake’s user");
  const others: readonly (readonly [title: string, arn: string | undefined])[] = [
    // Several roles of a data plane of one's own keep their names.
    ["Braintrust", principalArns.length > 1 ? undefined : (principalArns[0] ?? accountId)],
    ["Snowflake", iamUserArn],
    ["Snowflake, as subscriber", snsSubscriberArn],
    ["Snowflake, for load errors", errorNotifications.iamUserArn],
  ];
  for (const [title, arn] of others) {
    const [label] = arn === undefined ? [] : principalLabels({ AWS: arn }, name);
    if (label !== undefined && !known.has(label)) known.set(label, title);
  }
  return known.set(`account ${accountOf(plan.resources)} (this one)`, "This account");
}

function roleLabel(arn: string): string {
  return `role ${arn.slice(arn.lastIndexOf("/") + 1)}`;
}

/** What keeps buckets private whatever their policies say. */
function publicAccess(data: ReportData): string {
  const account = accountBlockOf(data);
  const { existingBucket } = data.settings;
  if (account === undefined) {
    return existingBucket === undefined
      ? "Public access: blocked by a block of each bucket, whatever its policy says."
      : `Public access: the owner of \`${existingBucket}\` decides; other buckets of the stack have a block each.`;
  }
  const states = {
    on: "blocked by the account",
    off: "not blocked by the account",
    unknown: "left to the account",
  };
  return `Public access: ${states[account.state]}, since \`publicAccessBlock: account\` gives no bucket of this stack a block of its own; ${account.evidence}.`;
}

function unread({ plan, settings }: ReportData): Html {
  const policies = accessOf(plan.resources).flatMap(({ subject, unread: names }) =>
    names.map((policy) => `${subject}: ${policy}`),
  );
  const boundary = settings.iam.permissionsBoundaryArn;
  const { existingBucket, existingKmsKeyArn, kmsKeyArn, replication } = settings;
  const theirs = [
    ...(existingBucket === undefined ? [] : [`other statements of the policy of \`${existingBucket}\``]),
    ...(replication === undefined ? [] : [`the policy of \`${replication.bucketArn}\``]),
    ...[existingKmsKeyArn, kmsKeyArn, replication?.kmsKeyArn].flatMap((arn) =>
      arn === undefined ? [] : [`the policy of the key \`${arn}\``],
    ),
  ];
  return html`${policies.length > 0 && paragraph(`Not judged, since no plan has their text: ${policies.join("; ")}.`)}${
    theirs.length > 0 &&
    paragraph(
      `Not judged, since others decide on them: ${theirs.join("; ")}. They may allow more, or refuse what is allowed here.`,
    )
  }${
    boundary !== undefined &&
    paragraph(`The permissions boundary \`${boundary}\` may refuse more: its text is not known here.`)
  }`;
}

/** The offline plan puts zeros where a name or id is chosen at creation. */
function chosenLater(statements: readonly ListedStatement[]): Html | undefined {
  if (!/\b0{7,8}\b/.test(JSON.stringify(statements))) return undefined;
  return paragraph("In names and ids, `0000000` stands for what Pulumi or AWS chooses at creation.");
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
  return html`<details class="statement" id="statement-${number}"><summary><span class="number">${number}</span><span class="effect">${statement.Effect}</span><span><strong>${breakable(statement.Sid ?? "Without a Sid")}</strong> of ${owner}</span></summary><p>${capitalized(said)}</p><pre><code>${compactJson(statement)}</code></pre></details>`;
}
