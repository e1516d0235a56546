import { z } from "zod";
import { computedDefaults, meanings } from "../../components/settings/descriptions";
import { settingsSchema } from "../../components/settings/schema";
import { type SchemaSetting, settingsOfSchema } from "../changes/schema-walk";

/** What a key's name says of its number. */
const units: readonly [RegExp, string][] = [
  [/days$/i, "days"],
  [/hours$/i, "hours"],
  [/gb$/i, "GB"],
  [/usd$/i, "USD"],
];

/** docs/settings.md, whole. */
export function settingsPage(): string {
  const sections = sectionsOf(settingsOfSchema(settingsSchema));
  return [
    "# Settings",
    "",
    "<!-- Written by `npm run docs:settings` from components/settings: change it there. -->",
    "",
    "Settings are in `Pulumi.<stack>.yaml`, each key with `braintrust-snowflake:` in front. A command that finds invalid settings reports",
    "all wrong values at once, or, where there are none, all that contradict each other, each with key, value, rule and fix. It ends with exit\n" +
      "code 2 and changes nothing.",
    "",
    "```yaml",
    "config:",
    "  aws:region: us-east-1",
    "  braintrust-snowflake:exportPrefix: braintrust-exports/",
    "  braintrust-snowflake:lifecycle:",
    "    profile: instant",
    "```",
    "",
    "- `config` in `Pulumi.yaml` is for every stack that has no value of its own, by a key (`exportPrefix: ...`, `aws:region: ...`) or by a path",
    "  (`snowflake.database: ...`). A map is written as `{ value: ... }`, as Pulumi documents it.",
    "- Stacks named `dev`, `sandbox`, `dev-...` or `sandbox-...` have the defaults of development. All other stacks have those of production.",
    "- Set a key on the command line with `pulumi config set --path 'braintrust-snowflake:lifecycle.profile' instant`; `--secret` encrypts the",
    "  value. What is derived from an encrypted value stays secret.",
    "- The settings of Pulumi's AWS provider (`aws:region`, `aws:profile`, `aws:endpoints`, `aws:defaultTags`, ...) work as",
    "  [Pulumi documents them](https://www.pulumi.com/registry/packages/aws/installation-configuration/).",
    "- [changes.md](changes.md) shows for each setting what a change does to a deployed stack.",
    "",
    ...sections.flatMap(([section, settings]) => [
      `## ${section === "" ? "Bucket and stack" : section}`,
      "",
      ...(section === "" || settings.some(({ key }) => key === section) ? [] : [meaningOf(section), ""]),
      "| setting | meaning | values | default |",
      "| --- | --- | --- | --- |",
      ...settings.flatMap((setting, index) => [
        ...sectionRow(setting, settings.slice(0, index)),
        row([code(setting.key), meaningOf(setting.key), valuesOf(setting), defaultOf(setting)]),
      ]),
      "",
    ]),
  ].join("\n");
}

/** Settings by the section they are in; those at the top, in none, come first. */
function sectionsOf(settings: readonly SchemaSetting[]): [string, SchemaSetting[]][] {
  const sections = new Map<string, SchemaSetting[]>([["", []]]);
  const compound = new Set(settings.filter(({ path }) => path.length > 1).map(({ path }) => path[0]));
  for (const setting of settings) {
    const [top = ""] = setting.path;
    const section = compound.has(top) ? top : "";
    sections.set(section, [...(sections.get(section) ?? []), setting]);
  }
  return [...sections];
}

/** The row of a section within a section, before the first of its settings. */
function sectionRow({ path }: SchemaSetting, before: readonly SchemaSetting[]): string[] {
  const key = path.slice(0, 2).join(".");
  const isFirst = before.every((other) => other.key !== key && !other.key.startsWith(`${key}.`));
  return path.length > 2 && !path.includes("[]") && isFirst
    ? [row([code(key), meaningOf(key), "section", ""])]
    : [];
}

/** @throws Error naming a setting that nobody has described. */
function meaningOf(key: string): string {
  const meaning = new Map(Object.entries(meanings)).get(key);
  if (meaning === undefined)
    throw new Error(`${key}: say in components/settings/descriptions.ts what it means`);
  return meaning;
}

function valuesOf({ key, schema }: Pick<SchemaSetting, "key" | "schema">): string {
  const { rule, examples } = schema.meta() ?? {};
  if (typeof rule === "string") {
    return `${escaped(rule)}; for example ${code(Array.isArray(examples) ? examples[0] : "")}`;
  }
  if (schema instanceof z.ZodBoolean) return "`true` or `false`";
  if (schema instanceof z.ZodEnum) return schema.options.map(code).join(", ");
  if (schema instanceof z.ZodLiteral) return `${unitOf(key)}: ${[...schema.values].join(", ")}`;
  if (schema instanceof z.ZodNumber) return numbersOf(key, schema);
  if (schema instanceof z.ZodObject) return "section";
  if (schema instanceof z.ZodRecord)
    return `map; each value: ${valuesOf({ key, schema: inner(schema.valueType) })}`;
  if (schema instanceof z.ZodArray) return listOf(key, schema);
  throw new Error(`${key}: say in test/documentation/settings-page.ts how a ${schema.type} is written`);
}

function listOf(key: string, list: z.ZodArray): string {
  const { minItems, maxItems } = z.toJSONSchema(list, { unrepresentable: "any" });
  const size = rangeOf([`at least ${minItems}`, minItems], [`at most ${maxItems}`, maxItems]);
  const item = inner(list.element);
  return item instanceof z.ZodObject
    ? `list${size}`
    : `list${size}; each item: ${valuesOf({ key, schema: item })}`;
}

function numbersOf(key: string, schema: z.ZodNumber): string {
  const { type, minimum, exclusiveMinimum, maximum } = z.toJSONSchema(schema);
  const unit = unitOf(key);
  const range = rangeOf(
    [`at least ${minimum}`, minimum],
    [`more than ${exclusiveMinimum}`, exclusiveMinimum],
    [`at most ${maximum}`, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum],
  );
  return `${type === "integer" ? "whole number" : "number"}${unit === "" ? "" : ` of ${unit}`}${range}`;
}

/** The words of those borders that there are. */
function rangeOf(...borders: readonly [string, number | boolean | undefined][]): string {
  return borders.map(([words, border]) => (border === undefined ? "" : `, ${words}`)).join("");
}

function unitOf(key: string): string {
  return units.find(([name]) => name.test(key))?.[1] ?? "";
}

function defaultOf({ key, declared, required }: SchemaSetting): string {
  const computed = new Map(Object.entries(computedDefaults)).get(key);
  if (computed !== undefined) return computed;
  if (required) return "required";
  const value: unknown = declared.safeParse(undefined).data;
  if (Array.isArray(value) && value.length === 0) return "none";
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return "none";
  return value === undefined ? "none" : code(typeof value === "string" ? value : JSON.stringify(value));
}

/** The schema of an item or a value, without what prepares its text. */
function inner(schema: z.core.$ZodType): z.ZodType {
  const [setting] = schema instanceof z.ZodType ? settingsOfSchema(schema, ["item"]) : [];
  if (schema instanceof z.ZodObject) return schema;
  if (setting === undefined) throw new Error("a schema of zod's core alone");
  return setting.schema;
}

/** Text that Markdown would take for HTML or emphasis. */
function escaped(text: string): string {
  return text.replace(/[<*_]/g, "\\$&");
}

function code(value: unknown): string {
  return `\`${typeof value === "object" ? JSON.stringify(value) : String(value)}\``;
}

/** A row of a table, in which a bar would begin another cell. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
