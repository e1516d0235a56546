import { z } from "zod";

/** A setting of the schema: a value, a list, a map, or a section that may be left out. */
export interface SchemaSetting {
  /** As `pulumi config set --path` spells it, `streams[].name` for the settings of a list's items. */
  readonly key: string;
  /** `[]` stands for an item of a list. */
  readonly path: readonly string[];
  /** Without what makes it optional, gives it a default or prepares its text. */
  readonly schema: z.ZodType;
  /** With all of that. */
  readonly declared: z.ZodType;
  /** Whether it may not be left out, of an item of a list for example. */
  readonly required: boolean;
}

/** Every setting of a schema. */
export function settingsOfSchema(schema: z.ZodType, path: readonly string[] = []): SchemaSetting[] {
  const bare = withoutWrappers(schema);
  const required = !schema.safeParse(undefined).success;
  const own = { key: path.join(".").replaceAll(".[]", "[]"), path, schema: bare, declared: schema, required };
  if (bare instanceof z.ZodObject) {
    const inner = fieldsOf(bare).flatMap(([key, field]) => settingsOfSchema(field, [...path, key]));
    return schema instanceof z.ZodOptional ? [own, ...inner] : inner;
  }
  if (bare instanceof z.ZodArray && withoutWrappers(itemOf(bare)) instanceof z.ZodObject) {
    return [own, ...settingsOfSchema(itemOf(bare), [...path, "[]"])];
  }
  return [own];
}

/**
 * Values that a setting may have, taken from the schema alone: all of an enum, the rule's examples of a text, of
 * numbers those near the borders.
 *
 * @throws Error naming the setting where its schema is of a kind without values of its own: add `examples` to its meta.
 */
export function valuesOf({ key, schema }: Pick<SchemaSetting, "key" | "schema">): readonly unknown[] {
  const { examples } = schema.meta() ?? {};
  if (Array.isArray(examples)) return examples;
  if (schema instanceof z.ZodBoolean) return [true, false];
  if (schema instanceof z.ZodEnum) return schema.options;
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  if (schema instanceof z.ZodNumber) return numbersOf(schema);
  if (schema instanceof z.ZodObject) return [leastOf(schema, key)];
  throw new Error(`${key}: no values are known for a schema of type ${schema.type}; give it meta examples`);
}

/** A copy of `given` with one value set, sections on the way filled in as far as they must be; `undefined` removes it. */
export function withValue(
  schema: z.ZodType,
  given: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
): unknown {
  if (key === undefined) return value;
  const bare = withoutWrappers(schema);
  if (bare instanceof z.ZodArray && Array.isArray(given)) {
    const [first, ...others] = given;
    return [withValue(itemOf(bare), first, rest, value), ...others];
  }
  const field =
    bare instanceof z.ZodObject ? bare.shape[key] : bare instanceof z.ZodRecord ? bare.valueType : undefined;
  if (!(field instanceof z.ZodType)) throw new Error(`${key}: the schema has no such setting`);
  const present = isRecord(given) ? given : bare instanceof z.ZodObject ? leastOf(bare, key) : {};
  const { [key]: _, ...others } = present;
  const inner = withValue(field, present[key], rest, value);
  return inner === undefined ? others : { ...others, [key]: inner };
}

/** The value at a path, of a list's first item where the path says `[]`. */
export function valueAt(given: unknown, path: readonly string[]): unknown {
  return path.reduce((value: unknown, key) => {
    if (Array.isArray(value)) return value[0];
    return isRecord(value) ? value[key] : undefined;
  }, given);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema that says what the value is. */
function withoutWrappers(schema: z.ZodType): z.ZodType {
  if (schema.meta()?.examples !== undefined) return schema;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return withoutWrappers(typed(schema.unwrap()));
  }
  return schema instanceof z.ZodPipe ? withoutWrappers(typed(schema.out)) : schema;
}

/** A section with nothing but what it must have. */
function leastOf(section: z.ZodObject, key: string): Readonly<Record<string, unknown>> {
  const required = fieldsOf(section).filter(([, field]) => !field.safeParse(undefined).success);
  return Object.fromEntries(
    required.map(([name, field]) => [
      name,
      valuesOf({ key: `${key}.${name}`, schema: withoutWrappers(field) })[0],
    ]),
  );
}

/** Both borders where there are any, and what lies between. Which of them suit other settings is for the caller to try. */
function numbersOf(schema: z.ZodNumber): number[] {
  const { minimum, exclusiveMinimum, maximum } = schema._zod.bag;
  const least = typeof minimum === "number" ? minimum : Number(exclusiveMinimum ?? 0) + 1;
  const candidates = [least, least + 1, 2 * least + 10, 500, 40, 5_000, 30_000, Number(maximum)];
  return [...new Set(candidates)].filter((value) => schema.safeParse(value).success);
}

function fieldsOf(section: z.ZodObject): [string, z.ZodType][] {
  return Object.entries(section.shape).map(([key, field]) => [key, typed(field)]);
}

function itemOf(list: z.ZodArray): z.ZodType {
  return typed(list.element);
}

/** zod types what is inside by its core; the classic schemas that this project writes are all of its subclass. */
function typed(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error("a schema of zod's core alone");
}
