import { commandLine } from "../command-line";
import { fixedCost, totalOf } from "../cost/fixed";
import { idleLine } from "../cost/report";
import { type Cell, type Look, paint, sentence, table } from "../terminal/layout";
import { type Access, accessOf } from "./access";
import { accountOf, namer, shownAccount } from "./arn-names";
import type { Plan } from "./plan";
import type { Grant } from "./policy-words";
import type { PlanProblem } from "./problems";
import { inTreeOrder, isLeaf, resourceTree } from "./resource-tree";

/**
 * A plan as text for people, without a newline at its end. Lines end within `width`; a word that is longer
 * stays whole, so that it can be copied.
 */
export function renderPlan(plan: Plan, look: Look): string {
  const { stack, resources, outputs, problems } = plan;
  const ofSeverity = (wanted: PlanProblem["severity"]) =>
    problems.filter(({ severity }) => severity === wanted);
  const sections = [
    header(plan, look),
    section(
      `Resources: ${resources.filter(isLeaf).length} in AWS`,
      resourceTree(resources, streamNames(outputs), namer(resources), look),
      look,
    ),
    section(
      "Who may do what",
      accessOf(inTreeOrder(resources)).flatMap((access) => accessLines(access, look)),
      look,
    ),
    section(
      `To fill in next, in Pulumi.${stack}.yaml`,
      ofSeverity("fill-in").flatMap((problem, index) => problemLines(`${index + 1}.`, problem, look)),
      look,
    ),
    section(
      "Warnings",
      ofSeverity("warning").flatMap((problem) => problemLines("!", problem, look)),
      look,
    ),
    section("Outputs", outputLines(outputs, look), look),
    nextLines(stack, look),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function header({ stack, resources, outputs }: Plan, look: Look): string[] {
  const account = accountOf(resources);
  const facts = [
    ...(account === undefined ? [] : [`account ${shownAccount(account)}`]),
    `region ${shown(outputs.bucketRegion)}`,
    `phase ${shown(outputs.phase)}`,
  ];
  const notice = "Offline plan: AWS was not contacted.";
  return section(
    `Plan of stack ${stack}`,
    [
      ...sentence(2, 0, { text: facts.join(", ") }, look),
      ...sentence(2, 0, { text: idleLine({ usd: totalOf(fixedCost(resources).items) }) }, look),
      ...sentence(2, 0, { text: notice, style: "dim" }, look),
    ],
    look,
  );
}

function section(title: string, lines: readonly string[], look: Look): string[] {
  return lines.length === 0 ? [] : [paint({ text: title, style: "bold" }, look), ...lines];
}

function accessLines({ subject, assumedBy, grants, unread }: Access, look: Look): string[] {
  const cells: Cell[] = [
    ...(assumedBy === undefined ? [] : assumptions(assumedBy)),
    ...grants.map((grant) => grantCell(grant, subject)),
    ...unread.map(
      (policy): Cell => ({ text: `not shown, since the plan cannot read it: ${policy}`, style: "yellow" }),
    ),
  ];
  return [...sentence(2, 2, { text: subject }, look), ...cells.flatMap((cell) => sentence(4, 2, cell, look))];
}

function assumptions(trust: readonly Grant[]): Cell[] {
  if (trust.length === 0) return [{ text: "cannot be assumed yet", style: "yellow" }];
  return trust.map(({ effect, who, actions, conditions }) => {
    const how = actions.join() === "sts:AssumeRole" ? "" : ` (${actions.join(", ")})`;
    return stressed(
      { effect, who },
      `${effect === "allow" ? "assumed by" : "never by"} ${who}${how}${conditionWords(effect, conditions)}`,
    );
  });
}

function grantCell(grant: Grant, subject: string): Cell {
  const { effect, actions, conditions } = grant;
  const place = placeWords(grant.where, subject);
  const deed = `${actions.join(", ")}${place === "" ? "" : ` on ${place}`}${conditionWords(effect, conditions)}`;
  return stressed(grant, `${permission(grant, subject)} ${deed}`);
}

function permission({ effect, who }: Grant, subject: string): string {
  const verb = effect === "allow" ? "may" : "may never";
  if (who === subject) return verb;
  return effect === "deny" && who === "anyone" ? "nobody may" : `${who} ${verb}`;
}

/** Something that is open to everybody must be seen. */
function stressed({ effect, who }: Pick<Grant, "effect" | "who">, text: string): Cell {
  return effect === "allow" && who.startsWith("anyone") ? { text, style: "red" } : { text };
}

/** In the policy of a resource the resource itself goes without saying; a bucket is not its objects, though. */
function placeWords(where: readonly string[], subject: string): string {
  if (where.length === 1 && where[0] === subject && !subject.startsWith("bucket ")) return "";
  const objects = `${subject.replace(/^bucket /, "")}/`;
  return where
    .map((place) => {
      if (place === subject) return subject.startsWith("bucket ") ? "the bucket" : subject;
      if (!place.startsWith(objects)) return place;
      const keys = place.slice(objects.length);
      return keys === "*" ? "its objects" : `its objects ${keys}`;
    })
    .join(" and ");
}

function conditionWords(effect: Grant["effect"], conditions: readonly string[]): string {
  if (conditions.length === 0) return "";
  return `${effect === "allow" ? ", only " : " "}${conditions.join(" and ")}`;
}

function problemLines(mark: string, { key, message, fix }: PlanProblem, look: Look): string[] {
  const indent = 2 + mark.length + 1;
  return [
    ...sentence(2, indent - 2, { text: `${mark} ${paint({ text: key, style: "yellow" }, look)}` }, look),
    ...sentence(indent, 0, { text: message }, look),
    ...sentence(indent, 3, { text: `-> ${fix}`, style: "dim" }, look),
  ];
}

function streamNames({ streams }: Plan["outputs"]): string[] {
  return Array.isArray(streams) ? streams.map(({ name }) => String(name)) : [];
}

/** Most items of a list that a terminal shows. */
const MOST_ITEMS = 10;
const MOST_FIELDS = 20;

function items(list: readonly unknown[]): string[] {
  const more = list.length - MOST_ITEMS;
  return [
    ...list.slice(0, MOST_ITEMS).map(shown),
    ...(more > 0 ? [`and ${more} more, which \`plan --json\` has`] : []),
  ];
}

/** As many fields of an object: a thousand queues in one cell take minutes to lay out. */
function fields(value: unknown): string {
  if (typeof value !== "object" || value === null) return shown(value);
  const all = Object.entries(value);
  const more = all.length - MOST_FIELDS;
  const text = shown(Object.fromEntries(all.slice(0, MOST_FIELDS)));
  return more > 0 ? `${text}, and ${more} more, which \`plan --json\` has` : text;
}

function outputLines(outputs: Plan["outputs"], look: Look): string[] {
  const rows = Object.entries(outputs).flatMap(([name, value]) => {
    const [first = "none", ...others] = Array.isArray(value) ? items(value) : [fields(value)];
    return [[name, first], ...others.map((other) => ["", other])];
  });
  return table(
    rows.map(([name = "", text = ""]) => [{ text: `  ${name}` }, { text }]),
    look,
  );
}

function shown(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${shown(inner)}`)
    .join(", ");
}

function nextLines(stack: string, look: Look): string[] {
  const commands: readonly [command: string, what: string][] = [
    [commandLine("up", stack, " --create"), "creates and deploys it"],
    [commandLine("sql", stack, " --planned"), "prints Snowflake's SQL"],
    [commandLine("plan", stack, " --json"), "prints it as JSON"],
    [commandLine("report", stack, " --output FILE"), "writes a page to review"],
  ];
  return section(
    "Next",
    table(
      commands.map(([text, what]) => [{ text: `  ${text}` }, { text: what, style: "dim" }]),
      look,
    ),
    look,
  );
}
