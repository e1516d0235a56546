import type { PlannedResource } from "../../automation/plan/evaluation";
import { lossByReplacement } from "../../components/stateful";
import { bases } from "./bases";
import type { Change, Refusal, SettingChanges } from "./matrix";
import type { Outcome } from "./outcome";

/** A setting's rows: one in each table that it is in. */
export interface Rows {
  readonly key: string;
  readonly free?: string;
  readonly loss?: string;
  readonly refused?: string;
  /** Changes counted in each table. */
  readonly counts: Readonly<Record<"free" | "loss" | "refused", number>>;
}

/** The rows of one setting. */
export function rowsOf({ key, isChoice, refusals }: SettingChanges, outcomes: readonly Outcome[]): Rows {
  const free = outcomes.filter(({ losses }) => losses.length === 0);
  const loss = outcomes.filter(({ losses }) => losses.length > 0);
  const counts = { free: free.length, loss: loss.length, refused: refusals.length };
  const row = (changed: readonly Outcome[], what: string) =>
    changed.length === 0
      ? undefined
      : line([`\`${key}\``, changesOf(changed, isChoice), stacksOf(changed), what]);
  return {
    key,
    free: row(free, effectOf(free)),
    loss: row(loss, lossesOf(loss)),
    refused: refusals.length === 0 ? undefined : line([`\`${key}\``, ...refusalOf(refusals, isChoice)]),
    counts,
  };
}

/** docs/changes.md, whole. */
export function changesPage(all: readonly Rows[]): string {
  const count = (table: keyof Rows["counts"]) => all.reduce((sum, { counts }) => sum + counts[table], 0);
  const table = (name: keyof Rows["counts"], head: readonly string[]) => [
    "",
    line(head),
    line(head.map(() => "---")),
    ...all.flatMap((rows) => rows[name] ?? []),
  ];
  return [
    "# Changes of settings",
    "",
    "What happens to a deployed stack when one of its settings changes. This page is written by `npm run docs:changes`: each setting of the schema is",
    "taken from its default to its alternatives and back, each list is put into another order, shortened and extended, and the program is evaluated",
    "offline before and after. The order of a list has no effect, except for the user's access keys. The stacks, each with every section filled in:",
    "",
    ...bases.map(({ stack, title }) => `- \`${stack}\`: ${title}`),
    "",
    `## Goes through (${count("free")} changes)`,
    "",
    "Applies to production and development. Resources that are not named stay unchanged.",
    ...table("free", ["setting", "from → to", "stacks", "what happens"]),
    "",
    `## Needs \`--allow-loss\` (${count("loss")} changes)`,
    "",
    "Refused before anything is changed, and reported with what would be lost; `up --allow-loss` makes the change. A bucket that holds objects is emptied only by",
    "`forceDestroy`.",
    ...table("loss", ["setting", "from → to", "stacks", "what is lost"]),
    "",
    `## Refused (${count("refused")} values)`,
    "",
    "Invalid settings: every command ends with exit code 2, and nothing is changed.",
    ...table("refused", ["setting", "value", "stacks", "rule and fix"]),
    "",
  ].join("\n");
}

/** From what to what, with the stacks where these are not all of the row. */
function changesOf(outcomes: readonly Outcome[], isChoice: boolean): string {
  const shown = outcomes.filter(({ difference }) => somethingChanges(difference));
  const stacks = new Map<string, string[]>();
  for (const { change } of shown.length > 0 ? shown : outcomes) {
    const label = labelOf(change, isChoice);
    const known = stacks.get(label) ?? [];
    stacks.set(label, [...new Set([...known, change.from.base.stack])]);
  }
  const all = stacksOf(outcomes);
  const byStacks = new Map<string, string[]>();
  for (const [label, of] of stacks) {
    const where = of.join(", ");
    byStacks.set(where, [...(byStacks.get(where) ?? []), label]);
  }
  return [...byStacks]
    .map(([where, labels]) => `${bothWays(labels).join(", ")}${where === all ? "" : ` (${where})`}`)
    .join("; ");
}

/** `a → b` and `b → a` as `a ↔ b`. */
function bothWays(labels: readonly string[]): string[] {
  return labels.flatMap((label) => {
    const [from, to] = label.split(ARROW);
    const back = labels.indexOf(`${to}${ARROW}${from}`);
    if (to === undefined || back < 0) return [label];
    return back < labels.indexOf(label) ? [] : [`${from} ↔ ${to}`];
  });
}

const ARROW = " → ";

function labelOf({ nature, from, to, items }: Change, isChoice: boolean): string {
  if (nature === "permutation") return "another order";
  if (nature === "items") return items.length === 1 ? "one item more or less" : "several items more or less";
  const [one, other] = [shown(from.value, isChoice), shown(to.value, isChoice)];
  return one === other ? `${one}${ARROW}another` : `${one}${ARROW}${other}`;
}

function shown(value: unknown, isChoice: boolean): string {
  if (value === undefined) return "default";
  return isChoice ? `\`${String(value)}\`` : "a value";
}

/** Stacks on which something of AWS changes; all of the row where nothing does. */
function stacksOf(outcomes: readonly Outcome[]): string {
  const changing = outcomes.filter(({ difference }) => somethingChanges(difference));
  const of = (changing.length > 0 ? changing : outcomes).map(({ change }) => change.from.base.stack);
  return [...new Set(of)].join(", ");
}

function somethingChanges({ outputs: _, ...resources }: Outcome["difference"]): boolean {
  return Object.values(resources).some((list) => list.length > 0);
}

/** What becomes of the resources, by their kinds. */
function effectOf(outcomes: readonly Outcome[]): string {
  const each = <Item>(items: (difference: Outcome["difference"]) => readonly Item[]) =>
    outcomes.flatMap(({ difference }) => items(difference));
  const created = each((difference) => difference.created);
  const deleted = each((difference) => difference.deleted);
  const effects = [
    [deleted.length === 0 ? "creates" : "creates or deletes", kindsOf([...created, ...deleted])],
    ["replaces", kindsOf(each(({ replaced }) => replaced.map(({ after }) => after)))],
    ["updates", kindsOf(each(({ updated }) => updated.map(({ after }) => after)))],
    ["protects or frees", kindsOf(each(({ protection }) => protection))],
  ].flatMap(([verb, kinds]) => (kinds === "" ? [] : [`${verb} ${kinds}`]));
  if (effects.length > 0) return effects.join("; ");
  const outputs = new Set(each((difference) => difference.outputs));
  return outputs.size === 0
    ? "nothing"
    : `nothing in AWS; stack output ${[...outputs].map((name) => `\`${name}\``).join(", ")}`;
}

function lossesOf(outcomes: readonly Outcome[]): string {
  const lost = outcomes.flatMap(({ losses }) => losses);
  const texts = lost.map((resource) => {
    const { service, words } = kindOf(resource);
    return `${service} ${words} \`${resource.name}\`: ${lossByReplacement(resource.urn)}`;
  });
  return [...new Set(texts)].sort().join("; ");
}

/** Value, stacks, rule and fix. */
function refusalOf(refusals: readonly Refusal[], isChoice: boolean): string[] {
  const byKey = new Map(refusals.map(({ problem }) => [problem.key, problem]));
  return [
    [...new Set(refusals.map(({ value }) => shown(value, isChoice)))].join(", "),
    [...new Set(refusals.map(({ stack }) => stack))].join(", "),
    [...byKey.values()].map(({ key, rule, fix }) => `\`${key}\` ${rule}; ${fix}`).join("<br>"),
  ];
}

/** Kinds of resources, each service named once. */
function kindsOf(resources: readonly PlannedResource[]): string {
  const byService = new Map<string, Set<string>>();
  for (const { service, words } of resources.map(kindOf)) {
    byService.set(service, (byService.get(service) ?? new Set()).add(words));
  }
  const sorted = [...byService].sort(([one], [other]) => one.localeCompare(other));
  return sorted.map(([service, words]) => `${service} ${[...words].sort().join(", ")}`).join(", ");
}

/** Services whose name is not their module's in capitals. */
const services: Readonly<Record<string, string>> = {
  budgets: "AWS",
  cloudtrail: "CloudTrail",
  cloudwatch: "CloudWatch",
  costexplorer: "Cost Explorer",
  secretsmanager: "Secrets Manager",
};

/** `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration` -> S3, bucket lifecycle configuration */
function kindOf({ type }: PlannedResource): { service: string; words: string } {
  const [, module = "", token = ""] = type.split(":");
  const [service = ""] = module.split("/");
  const words = token.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { service: services[service] ?? service.toUpperCase(), words };
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
