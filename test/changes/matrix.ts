import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { formatProblem, type Problem } from "../../components/settings/problems";
import { parseSettings } from "../../components/settings/read-settings";
import { settingsSchema } from "../../components/settings/schema";
import { type Base, bases, configurationOf } from "./bases";
import { companions } from "./companions";
import { isRecord, type SchemaSetting, settingsOfSchema, valueAt, valuesOf, withValue } from "./schema-walk";

/** What a change does to a setting: only lists and maps are permuted, and lose or gain items. */
export type Nature = "value" | "permutation" | "items";

/** One change of one setting on one stack, both sides of it valid. */
export interface Change {
  readonly nature: Nature;
  readonly from: Side;
  readonly to: Side;
  /** What the list or the map loses or gains. */
  readonly items: readonly unknown[];
}

/** A stack with one value of the setting. */
export interface Side {
  readonly base: Base;
  /** `undefined` where the setting is left to its default. */
  readonly value: unknown;
}

/** A value that a stack's other settings do not allow. */
export interface Refusal {
  readonly stack: string;
  readonly value: unknown;
  readonly problem: Problem;
}

/** All that can be done to one setting. */
export interface SettingChanges {
  readonly key: string;
  /** Whether its values are named in the schema, of an enum or a flag: those of a text or a number stand for any others. */
  readonly isChoice: boolean;
  /** Whether the order of its items says something. */
  readonly isOrdered: boolean;
  /** Each valid value on each stack. */
  readonly sides: readonly Side[];
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
}

/** Lists whose order says something: of the user's access keys the last one is in use. */
const ordered: readonly string[] = ["snowflake.accessKeys"];

/** How many values of numbers and of texts are tried, the default among them: any others have the same effect. */
const NUMBERS = 2;
const TEXTS = 3;

/** Every setting of the schema. */
export const everySetting: readonly SchemaSetting[] = settingsOfSchema(settingsSchema);

/** What can be done to a setting on each of these stacks. */
export function changesOf(setting: SchemaSetting, stacks: readonly Base[] = bases): SettingChanges {
  const found = stacks.map((base) => changesOn(base, setting));
  const { key, schema } = setting;
  return {
    key,
    isChoice: isChoice(schema),
    isOrdered: ordered.includes(key),
    sides: found.flatMap(({ sides }) => sides),
    changes: found.flatMap(({ changes }) => changes),
    refusals: found.flatMap(({ refusals }) => refusals),
  };
}

/** Every setting that a stack could have otherwise, with the stack for each value that it may have instead. */
export function othersOf(base: Base): { readonly key: string; readonly others: readonly Base[] }[] {
  return everySetting.flatMap((setting) => {
    const { key, sides } = changesOf(setting, [base]);
    const others = sides
      .map((side) => side.base)
      .filter(({ settings }) => !isDeepStrictEqual(settings, base.settings));
    return others.length === 0 ? [] : [{ key, others }];
  });
}

type ChangesOnStack = Pick<SettingChanges, "sides" | "changes" | "refusals">;

function changesOn(plain: Base, setting: SchemaSetting): ChangesOnStack {
  const { key, path, schema } = setting;
  if (path.includes("[]") && !hasItems(plain, path)) return nothing;
  const base = Object.entries(companions[key] ?? {}).reduce(
    (given, [name, value]) => withSetting(given, name.split("."), value),
    plain,
  );
  const current = valueAt(base.settings, path);
  if (schema instanceof z.ZodArray || schema instanceof z.ZodRecord) {
    return current === undefined ? nothing : collectionChanges(base, setting, current);
  }
  const tried = distinct([...(setting.required ? [] : [undefined]), current, ...valuesOf(setting)]);
  const valid = tried.flatMap((value) => sideOf(base, setting, value) ?? []);
  const isNumber = schema instanceof z.ZodNumber || schema instanceof z.ZodLiteral;
  const sides = isChoice(schema) ? valid : valid.slice(0, isNumber ? NUMBERS : TEXTS);
  if (isNumber) return { sides, changes: eachToEach(sides), refusals: [] };
  const refusals = tried.flatMap((value): Refusal[] => {
    const alone = value === undefined ? base : plain;
    const [problem] = [base, alone].flatMap((given) => problemsOf(withSetting(given, path, value)));
    return problem === undefined ? [] : [{ stack: plain.stack, value, problem }];
  });
  return { sides, changes: eachToEach(sides), refusals };
}

const nothing = { sides: [], changes: [], refusals: [] };

function isChoice(schema: z.ZodType): boolean {
  return schema instanceof z.ZodEnum || schema instanceof z.ZodBoolean;
}

/** A list or a map in another order, without each of its items, with the first alone, and left to its default. */
function collectionChanges(base: Base, setting: SchemaSetting, current: unknown): ChangesOnStack {
  const whole = sideOf(base, setting, current);
  if (whole === undefined) {
    throw new Error(`stack ${base.stack}: ${problemsOf(base).map(formatProblem).join("; ")}`);
  }
  const items: readonly unknown[] = isRecord(current) ? Object.entries(current) : [current].flat();
  const changed = (nature: Nature, kept: readonly unknown[]): Change[] => {
    const to = sideOf(
      base,
      setting,
      isRecord(current) ? Object.fromEntries(kept as [string, unknown][]) : kept,
    );
    if (to === undefined) return [];
    const missing = items.filter((item) => !kept.includes(item));
    return bothWays(whole, to).map(([from, then]) => ({ nature, from, to: then, items: missing }));
  };
  const fallback = setting.required ? undefined : sideOf(base, setting, undefined);
  const orders = distinct([[...items].reverse(), [...items.slice(1), ...items.slice(0, 1)]]);
  const changes = [
    ...orders.flatMap((order) => changed("permutation", order)),
    ...items.flatMap((item) =>
      changed(
        "items",
        items.filter((other) => other !== item),
      ),
    ),
    ...(items.length > 2 ? changed("items", items.slice(0, 1)) : []),
    ...(fallback === undefined ? [] : eachToEach([whole, fallback])),
  ];
  return { sides: distinct(changes.map(({ to }) => to)), changes, refusals: [] };
}

/** The stack with this value, and without what else of its settings cannot stand beside it; `undefined` where it is refused. */
function sideOf(base: Base, { key, path }: SchemaSetting, value: unknown): Side | undefined {
  let changed = withSetting(base, path, value);
  for (;;) {
    const [problem] = problemsOf(changed);
    if (problem === undefined) return { base: changed, value };
    const named = problem.key.split(".");
    const isGiven = problem.key in (companions[key] ?? {});
    if (
      isGiven ||
      problem.key.startsWith(key) ||
      key.startsWith(problem.key) ||
      valueAt(changed.settings, named) === undefined
    )
      return undefined;
    changed = withSetting(changed, named, undefined);
  }
}

function withSetting(base: Base, path: readonly string[], value: unknown): Base {
  const settings = withValue(settingsSchema, base.settings, path, value);
  if (!isRecord(settings)) throw new Error(`${path.join(".")} leaves no settings`);
  return { ...base, settings };
}

const judged = new Map<string, readonly Problem[]>();

/** Judged once: many settings are tried on the same stack, alone and with a companion. */
function problemsOf(base: Base): readonly Problem[] {
  const values = configurationOf(base);
  const key = JSON.stringify([base.stack, values]);
  const problems = judged.get(key) ?? parseSettings({ stack: base.stack, values }).problems;
  judged.set(key, problems);
  return problems;
}

function hasItems(base: Base, path: readonly string[]): boolean {
  return valueAt(base.settings, path.slice(0, path.lastIndexOf("[]") + 1)) !== undefined;
}

function eachToEach(sides: readonly Side[]): Change[] {
  return sides.flatMap((from, index) =>
    sides
      .slice(index + 1)
      .flatMap((to) => bothWays(from, to))
      .map(([one, other]): Change => ({ nature: "value", from: one, to: other, items: [] })),
  );
}

function bothWays(one: Side, other: Side): [Side, Side][] {
  return [
    [one, other],
    [other, one],
  ];
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return values.filter(
    (value, index) => values.findIndex((other) => isDeepStrictEqual(other, value)) === index,
  );
}
