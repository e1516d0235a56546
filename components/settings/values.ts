import { z } from "zod";
import { isTexts, type ListRule } from "./rules/statement-rules";
import { accountIdRule, type TextRule } from "./rules/text-rules";

/** Stands for a setting whose value is encrypted where nobody can decrypt it: in the offline plan. */
export const ENCRYPTED = "[encrypted]";

/** Ids are texts: read as a number, some lose digits. Twelve digits that do not begin with 0 are the same to every reader. */
export const text = (rule: TextRule) =>
  z
    .preprocess(
      (value) => (rule === accountIdRule && typeof value === "number" ? String(value) : value),
      z.string().refine((value) => value === ENCRYPTED || rule.holds(value), {
        error: rule.rule,
        params: { fix: rule.fix },
      }),
    )
    .meta({ examples: rule.examples, rule: rule.rule });
/** `pulumi config set --path` and decrypted values write it as text. */
export const flag = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);
/** `pulumi config set --path` writes digits with a point as text, and a decrypted value is always one. */
export const number = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) =>
      typeof value === "string" && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)
        ? Number(value)
        : value,
    schema,
  );
/** S3's lifecycle rules and retentions, up to a hundred years. */
export const days = (least: number) => number(z.int().min(least).max(36_500));
/** A map of these keys alone; another one is refused with their names. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `known keys here: ${Object.keys(shape).join(", ")}` : undefined,
  });

/** A value of several forms, of which a function judges the whole. */
export const judged = <Value>(
  holds: (value: unknown) => boolean,
  { rule, fix, examples }: Pick<ListRule, "rule" | "fix"> & { readonly examples: readonly unknown[] },
) => z.custom<Value>(holds, { error: rule, params: { fix } }).meta({ examples: [...examples], rule });
/** One text or a list of them, as IAM takes both. */
export const texts = (rule: ListRule) =>
  judged<string | string[]>((value) => isTexts(value, rule.holds), rule);
