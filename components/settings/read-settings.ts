import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { findConflicts } from "./conflicts/conflicts";
import {
  formatProblem,
  misread,
  type Problem,
  schemaProblems,
  settingsError,
  showValue,
  valueAt,
  withoutSecret,
} from "./problems";
import { defaultTagsOf, providerProblems } from "./provider-settings";
import { inOrder, resolve } from "./resolve";
import { regionRule, stackNameRule } from "./rules/text-rules";
import { type RawSettings, settingsSchema } from "./schema";
import { isConfigSecret } from "./sdk-internals";
import { PROJECT, type Settings } from "./settings";
import { ENCRYPTED } from "./values";

/** A stack's configuration as Pulumi has it: `namespace:key` -> text, or a value where it was read from YAML. */
export interface StackConfig {
  readonly stack: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly secretKeys?: readonly string[];
  /** Numbers and dates that stand unquoted and are not written as the engine writes them: path -> text. */
  readonly unquoted?: Readonly<Record<string, string>>;
  /** Paths of values that stand in Pulumi.yaml, and not in the stack's file. @default not known */
  readonly ofProject?: readonly string[];
  /** The provider's region where the configuration has none. */
  readonly environmentRegion?: string | undefined;
}

/** The outcome of a check: settings, or every problem that stands in their way. */
export type Checked =
  | { readonly settings: Settings; readonly problems: readonly Problem[] }
  | { readonly settings?: undefined; readonly problems: readonly Problem[] };

/**
 * Reads and checks the running stack's configuration. Nothing else in the program reads Pulumi's configuration.
 *
 * @throws pulumi.RunError listing every problem with its key, value, rule and fix.
 */
export function readSettings(): Settings {
  checkProject(pulumi.getProject());
  const values = pulumi.runtime.allConfig();
  const stack = pulumi.getStack();
  const { settings, problems } = parseSettings({
    stack,
    values,
    secretKeys: Object.keys(values).filter(isConfigSecret),
    environmentRegion: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION,
  });
  if (settings !== undefined) return settings;
  throw new pulumi.RunError(settingsError({ stack }, problems));
}

/** `pulumi new` lets a user name the project; the command line would not find the stack of another one. */
function checkProject(name: string): void {
  if (name === PROJECT) return;
  const rule = `must be ${PROJECT}: settings and state are kept under this name`;
  const fix = "correct it in the file, and create the stack again by `pulumi stack init`";
  throw new pulumi.RunError(
    `Invalid Pulumi.yaml:\n  ${formatProblem({ key: "name", value: showValue(name), rule, fix })}`,
  );
}

/** Of the AWS provider's configuration, what says as whom and how AWS is reached. */
const connection = [
  ...["region", "profile", "sharedConfigFiles", "sharedCredentialsFiles", "assumeRoles"],
  ...["assumeRoleWithWebIdentity", "endpoints", "stsRegion", "s3UsePathStyle", "useFipsEndpoint"],
  ...["useDualstackEndpoint", "customCaBundle", "insecure", "httpProxy", "httpsProxy", "noProxy"],
];
const credentials = ["accessKey", "secretKey", "token"];

/** How the running stack's AWS provider reaches AWS, for another provider: credentials and what is encrypted are secrets. */
export function providerConfiguration(): Readonly<Record<string, pulumi.Input<string>>> {
  const values = pulumi.runtime.allConfig();
  const given = [...connection, ...credentials].flatMap((key): [string, pulumi.Input<string>][] => {
    const value = values[`aws:${key}`];
    if (value === undefined) return [];
    const hidden = credentials.includes(key) || isConfigSecret(`aws:${key}`);
    return [[key, hidden ? pulumi.secret(value) : value]];
  });
  return Object.fromEntries(given);
}

/** Checks a stack's configuration: all that is wrong at once, or the settings with their defaults. */
export function parseSettings(config: StackConfig): Checked {
  const secretKeys = new Set((config.secretKeys ?? []).map((key) => key.replace(`${PROJECT}:`, "")));
  const raw = withoutNulls(projectValues(config.values));
  const unreadable = literalPlaceholders(raw, secretKeys);
  const region = textValue(config.values["aws:region"]) ?? config.environmentRegion;
  const parsed = withoutHidden(raw);
  const unquoted = Object.entries(config.unquoted ?? {});
  const ownUnquoted = new Map(unquoted.map(([key, text]) => [key.replace(`${PROJECT}:`, ""), text]));
  const problems = [
    ...surroundingProblems(config.stack, region),
    ...providerProblems(config.values, config.unquoted ?? {}),
    ...unreadable,
    ...(parsed.success
      ? misreadTexts(parsed.data, ownUnquoted)
      : schemaProblems(parsed.error.issues, raw, ownUnquoted)),
  ].map((problem) => withoutSecret(problem, secretKeys));
  if (!parsed.success || problems.length > 0) return { problems };
  const defaultTags = defaultTagsOf(config.values["aws:defaultTags"]);
  const settings = { ...resolve(parsed.data, config.stack, region, secretKeys), defaultTags };
  const conflicts = findConflicts(settings, raw).map((problem) => withoutSecret(problem, secretKeys));
  return conflicts.length > 0 ? { problems: conflicts } : { settings: inOrder(settings), problems: [] };
}

/** The settings of a stack whose file has none. */
export function defaultSettings(stack: string): Settings {
  return { ...resolve(settingsSchema.parse({}), stack, undefined, new Set()), defaultTags: {} };
}

function projectValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(values)
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]): [string, unknown] => [key.slice(PROJECT.length + 1), structured(value)]);
  return Object.fromEntries(own);
}

/**
 * Parses the settings. The placeholder of an encrypted value stands for a text alone: where nobody can decrypt it, what is of
 * another type counts as unset, and so does a section or a list that cannot do without it.
 */
function withoutHidden(raw: unknown): z.ZodSafeParseResult<RawSettings> {
  const given = structuredClone(raw);
  for (;;) {
    const parsed = settingsSchema.safeParse(given);
    const hidden = parsed.error?.issues.find(({ path }) => valueAt(raw, path) === ENCRYPTED);
    if (hidden === undefined) return parsed;
    const path = [...hidden.path];
    while (valueAt(given, path) === undefined || typeof path.at(-1) === "number") path.pop();
    const key = path.pop();
    if (key !== undefined) Reflect.deleteProperty(Object(valueAt(given, path)), key);
  }
}

/** Texts of which the file and the engine have different ones: a date, or digits that are not 12 to begin with. */
function misreadTexts(settings: RawSettings, unquoted: ReadonlyMap<string, string>): Problem[] {
  return [...unquoted].flatMap(([key, source]) => {
    const value = valueAt(settings, key.split(/[.[\]]+/).filter(Boolean));
    return typeof value === "string" ? [misread(key, source)] : [];
  });
}

/** The placeholder passes every rule, so nobody may write it himself. */
function literalPlaceholders(raw: unknown, secretKeys: ReadonlySet<string>): Problem[] {
  return Object.entries(raw ?? {})
    .filter(
      ([key, value]) => !secretKeys.has(key) && String(JSON.stringify(value)).includes(`"${ENCRYPTED}"`),
    )
    .map(([key]) => ({
      key,
      value: `"${ENCRYPTED}"`,
      rule: "stands for an encrypted value and is none itself",
      fix: "write the value, or encrypt it with `pulumi config set --secret`",
    }));
}

/** Lists and maps reach the program as JSON text. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value) || value === ENCRYPTED) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A key without a value is a key not yet filled in. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(set.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function textValue(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

function surroundingProblems(stack: string, region: string | undefined): Problem[] {
  const problems: Problem[] = [];
  if (!stackNameRule.holds(stack)) {
    problems.push({
      key: "stack",
      value: stack,
      rule: stackNameRule.rule,
      fix: stackNameRule.fix,
    });
  }
  if (region !== undefined && region !== ENCRYPTED && !regionRule.holds(region)) {
    problems.push({
      key: "aws:region",
      value: showValue(region),
      rule: regionRule.rule,
      fix: regionRule.fix,
    });
  }
  return problems;
}
