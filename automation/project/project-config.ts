import { type Problem, showValue } from "../../components/settings/problems";
import { PROJECT } from "../../components/settings/settings";
import { type KeyPath, keyPath } from "./config-keys";
import { Unquoted } from "./yaml-scalars";

/** What Pulumi.yaml says of one key of every stack: pulumi.com/docs/iac/concepts/projects/project-file, "config options". */
export interface Declaration {
  readonly key: string;
  readonly path: KeyPath;
  /** For stacks that have no value of their own; absent where they must have one. */
  readonly value?: unknown;
  readonly type?: ConfigType | undefined;
  readonly isSecret: boolean;
}

/** A type that the engine checks. */
export interface ConfigType {
  readonly type: string;
  readonly items?: ConfigType | undefined;
}

/** The `config` of Pulumi.yaml, in the engine's order; what is none is a problem. */
export function declarationsOf(config: Readonly<Record<string, unknown>>): {
  readonly declarations: readonly Declaration[];
  readonly problems: readonly Problem[];
} {
  const declarations: Declaration[] = [];
  const problems: Problem[] = [];
  for (const [key, written] of Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const found = declarationOf(key, written);
    if ("rule" in found) problems.push({ key, value: shown(written), ...found });
    else declarations.push(found);
  }
  return { declarations, problems };
}

type Fault = Pick<Problem, "rule" | "fix">;

/** By the engine's own rules: project.json and Project.Validate of Pulumi's sdk/go/common/workspace. */
function declarationOf(key: string, written: unknown): Declaration | Fault {
  const path = keyPath(key);
  if (path === undefined || path[0].split(":").length > 2) {
    return fault("is no key", "write it like name, namespace:name or name.inner");
  }
  if (hasDate(written))
    return fault("is read as a date, which Pulumi refuses in Pulumi.yaml", "put it in quotes");
  const isOwn = path[0].startsWith(`${PROJECT}:`);
  if (isShort(written)) return { key, path, value: written, isSecret: false };
  if (!isMap(written)) {
    return written === null
      ? fault("must have a value", "remove it, or set it to a default for every stack")
      : fault("must be a text, a whole number, true, false or a list", "write it as { value: ... }");
  }
  const unknown = Object.keys(written).find((name) => !PARTS.includes(name));
  if (unknown !== undefined) {
    return fault(
      `a map must be { value: ... } there, and ${unknown} is none of ${PARTS.join(", ")}`,
      `write it as { value: { ${unknown}: ... } }`,
    );
  }
  const { type, items, value, default: byDefault, secret } = written;
  const has = (part: unknown) => part !== undefined && part !== null;
  if (has(value) && has(byDefault)) return fault("must not have both value and default", "keep one of them");
  if (!isOwn && (type !== undefined || has(byDefault) || !has(value))) {
    return fault(`must be { value: ... }: types and defaults are for keys of ${PROJECT}`, "write it so");
  }
  const declared = type === undefined ? undefined : typeOf({ type, items });
  if (type !== undefined && declared === undefined) {
    return fault(
      `its type must be one of ${TYPES.join(", ")}, an array with the type of its items`,
      "correct it in the file",
    );
  }
  if (declared !== undefined && has(byDefault) && !isOfType(declared, byDefault)) {
    return fault(`its default must be of its type, ${typeName(declared)}`, "correct one of them");
  }
  const given = value ?? byDefault ?? undefined;
  const isSecret = declared !== undefined && secret === true;
  if (isSecret && given !== undefined) {
    return fault(
      "is secret, and a value in Pulumi.yaml is not encrypted",
      `remove it here, and set it for each stack by \`pulumi config set --secret ${key} <value>\``,
    );
  }
  return { key, path, type: declared, isSecret, value: given };
}

const PARTS = ["type", "items", "description", "secret", "default", "value"];
const TYPES = ["string", "integer", "boolean", "array", "object"];

/** Whether a value is of a type, by ValidateConfigValue of Pulumi's project.go. */
export function isOfType({ type, items }: ConfigType, given: unknown): boolean {
  const value = given instanceof Unquoted ? given.engineValue : given;
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value) || (typeof value === "string" && /^[-+]?\d+$/.test(value));
    case "boolean":
      return [true, false, "true", "false"].includes(value as string | boolean);
    case "object":
      return isMap(value);
    default:
      return Array.isArray(value) && items !== undefined && value.every((item) => isOfType(items, item));
  }
}

/** A type in the engine's words. */
export function typeName({ type, items }: ConfigType): string {
  return items === undefined ? type : `array<${typeName(items)}>`;
}

function typeOf(written: unknown): ConfigType | undefined {
  if (!isMap(written)) return undefined;
  const { type, items } = written;
  if (typeof type !== "string" || !TYPES.includes(type)) return undefined;
  if (type !== "array") return { type };
  const inner = typeOf(items);
  return inner && { type, items: inner };
}

function isShort(written: unknown): boolean {
  if (written instanceof Unquoted) return Number.isInteger(written.engineValue);
  return (
    ["string", "boolean"].includes(typeof written) || Number.isInteger(written) || Array.isArray(written)
  );
}

function hasDate(value: unknown): boolean {
  if (value instanceof Unquoted) return typeof value.engineValue === "string";
  return typeof value === "object" && value !== null && Object.values(value).some(hasDate);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unquoted);
}

function fault(rule: string, fix: string): Fault {
  return { rule, fix };
}

/** Of what may hold a secret, the kind alone. */
function shown(value: unknown): string {
  if (value instanceof Unquoted) return value.source;
  if (Array.isArray(value)) return "(a list)";
  return isMap(value) ? "(a map)" : showValue(value);
}
