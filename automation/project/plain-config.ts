import { type Problem, showValue } from "../../components/settings/problems";
import { PROJECT } from "../../components/settings/settings";
import { ENCRYPTED } from "../../components/settings/values";
import { fullKey, valueAtPath, withValueAt } from "./config-keys";
import { type Declaration, isOfType, typeName } from "./project-config";
import { Unquoted } from "./yaml-scalars";

/** The `config` of a stack, each value as the engine would hand it to the program. */
export interface PlainConfig {
  readonly values: Readonly<Record<string, unknown>>;
  /** Paths of values that are encrypted. */
  readonly encrypted: readonly string[];
  /** Numbers, dates and the like without quotes, as they are written, by their paths. */
  readonly unquoted: Readonly<Record<string, string>>;
  /** Paths of values that stand in Pulumi.yaml. */
  readonly ofProject: readonly string[];
  readonly problems: ConfigProblems;
}

/** What the engine would refuse, by the file in which it is to be corrected. */
export interface ConfigProblems {
  readonly project: Problem[];
  readonly stack: Problem[];
}

/** The `config` of a file of YAML. */
type Config = Readonly<Record<string, unknown>> | null | undefined;

/**
 * What a stack's file sets, and below it what Pulumi.yaml declares for every stack, as ApplyProjectConfig of Pulumi's
 * pkg/workspace/config.go merges them.
 *
 * @param declarations in the engine's order.
 * @param isWhole whether nothing but these two files sets something.
 */
export function plainConfig(
  declarations: readonly Declaration[],
  own: Config,
  isWhole: boolean,
): PlainConfig {
  const found: Found = { encrypted: [], unquoted: {} };
  let values: Record<string, unknown> = Object.fromEntries(
    Object.entries(own ?? {}).map(([key, value]) => [fullKey(key), plainValue(value, fullKey(key), found)]),
  );
  const ofProject: string[] = [];
  const problems: ConfigProblems = { project: [], stack: writtenTwice(Object.keys(own ?? {})) };
  for (const declaration of declarations) {
    const { key, path, value } = declaration;
    const ofStack = valueAtPath(values, path);
    if (ofStack !== undefined || values[path[0]] === ENCRYPTED) {
      problems.stack.push(...typeProblems(declaration, ofStack));
    } else if (value === undefined) {
      if (isWhole && path[0].startsWith(`${PROJECT}:`)) problems.stack.push(missing(key));
    } else {
      const given = plainValue(value, fullKey(key), found);
      const placed = withValueAt(values, path, path.length > 1 ? coerced(given) : given);
      if (placed === undefined) problems.project.push(outOfPlace(key, given));
      else {
        values = placed as Record<string, unknown>;
        ofProject.push(fullKey(key));
      }
    }
  }
  return { values, ofProject, problems, ...found };
}

/** Of one key in two forms the engine takes either, not always the same: it reads a map of Go, which has no order. */
function writtenTwice(keys: readonly string[]): Problem[] {
  return keys.flatMap((key, index) => {
    const other = keys.slice(0, index).find((earlier) => fullKey(earlier) === fullKey(key));
    if (other === undefined) return [];
    const rule = `is the key ${other} in another form, and Pulumi takes one of them`;
    return [{ key, value: "(not shown)", rule, fix: "remove one of the two" }];
  });
}

/** What of a stack's own value is not as Pulumi.yaml declares it: to the engine every text, number and flag is a text here. */
function typeProblems({ key, type, isSecret }: Declaration, value: unknown): Problem[] {
  if (type === undefined || value === undefined || value === ENCRYPTED) return [];
  const isObject = typeof value === "object" && value !== null;
  const problem = { key, value: isObject ? "(a map or a list)" : showValue(value) };
  if (isSecret) {
    const rule = "must be encrypted, as Pulumi.yaml says";
    return [{ ...problem, rule, fix: `set it by \`pulumi config set --secret ${key} <value>\`` }];
  }
  if (isOfType(type, isObject ? value : String(value ?? ""))) return [];
  const rule = `must be of the type that Pulumi.yaml says, ${typeName(type)}`;
  return [{ ...problem, rule, fix: "correct it in the file" }];
}

function missing(key: string): Problem {
  const rule = "must be set for every stack, as Pulumi.yaml says";
  return { key, value: showValue(undefined), rule, fix: `run \`pulumi config set ${key} <value>\`` };
}

function outOfPlace(key: string, value: unknown): Problem {
  const rule = "must name a place of the list in the stack's file, or the next one";
  return { key, value: showValue(value), rule, fix: "correct the key" };
}

/** What the engine makes of a text that it puts below a key: coerce of its sdk/go/common/resource/config/value.go. */
function coerced(value: unknown): unknown {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "string" && /^-?(0|[1-9]\d*)$/.test(value) ? Number(value) : value;
}

interface Found {
  readonly encrypted: string[];
  readonly unquoted: Record<string, string>;
}

function plainValue(value: unknown, at: string, found: Found): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plainValue(item, `${at}[${index}]`, found));
  if (value instanceof Unquoted) {
    found.unquoted[at] = value.source;
    return value.engineValue;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") {
    found.encrypted.push(at);
    return ENCRYPTED;
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, plainValue(inner, `${at}.${key}`, found)]));
}

/** What Pulumi.yaml says of a whole section, an empty one where it says nothing. */
export function wholeValue(declarations: readonly Declaration[], key: string): object {
  const whole = declarations.find(({ path }) => path.length === 1 && path[0] === key);
  const value = plainValue(whole?.value, key, { encrypted: [], unquoted: {} });
  return typeof value === "object" && value !== null ? value : {};
}
