import { awsLimits } from "../aws-limits";
import { misread, type Problem, showValue } from "./problems";
import { accountIdRule } from "./rules/text-rules";
import { ENCRYPTED } from "./schema";

/** Settings of the provider that are texts, and that this program or AWS reads as such. */
const textKeys = /^aws:(defaultTags|allowedAccountIds|forbiddenAccountIds|profile)\b/;

/** What is wrong with settings of the provider, `aws:*`, that would only be found out half-way through an update. */
export function providerProblems(
  values: Readonly<Record<string, unknown>>,
  unquoted: Readonly<Record<string, string>>,
): Problem[] {
  const accounts = ["aws:allowedAccountIds", "aws:forbiddenAccountIds"];
  return [
    ...Object.entries(unquoted)
      .filter(([key]) => textKeys.test(key))
      .map(([key, source]) => misread(key, source)),
    ...accounts.flatMap((key) => accountProblems(key, values[key])),
    ...tagProblems(defaultTagsOf(values["aws:defaultTags"])),
  ];
}

/** The ids of `aws:allowedAccountIds` or its like, in a list or as JSON text. */
export function accountIdsOf(configured: unknown): string[] {
  const list = parsed(configured);
  return Array.isArray(list) ? list.map(String) : [];
}

function accountProblems(key: string, configured: unknown): Problem[] {
  if (configured === undefined || configured === null || configured === ENCRYPTED) return [];
  const { rule, fix } = accountIdRule;
  if (!Array.isArray(parsed(configured))) {
    return [
      { key, value: showValue(configured), rule: "must be a list", fix: 'write it as ["123456789012"]' },
    ];
  }
  return accountIdsOf(configured)
    .filter((id) => id !== ENCRYPTED && !accountIdRule.holds(id))
    .map((id) => ({ key, value: showValue(id), rule, fix }));
}

/** The tags that the provider puts on everything, `aws:defaultTags`: the provider makes texts of numbers and flags. */
export function defaultTagsOf(configured: unknown): Readonly<Record<string, string>> {
  const tags = member(parsed(configured), "tags");
  if (typeof tags !== "object" || tags === null) return {};
  const scalar = ([, value]: [string, unknown]) => ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(
    Object.entries(tags)
      .filter(scalar)
      .map(([key, value]) => [key, String(value)]),
  );
}

/**
 * What S3 and IAM refuse, after the first resources have been created. Keys of IAM differ in more than case.
 * docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html; docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
 */
function tagProblems(tags: Readonly<Record<string, string>>): Problem[] {
  const problems: Problem[] = [];
  const keys = Object.keys(tags);
  const at = (key: string) => `aws:defaultTags.tags.${key}`;
  for (const [index, key] of keys.entries()) {
    const value = tags[key] ?? "";
    const like = keys.slice(0, index).find((other) => other.toLowerCase() === key.toLowerCase());
    const problem = (rule: string, fix: string) =>
      problems.push({ key: at(key), value: showValue(value), rule, fix });
    if (like !== undefined) {
      problem(
        `differs from the tag ${like} in case alone, and IAM takes one of them`,
        "remove one of the two",
      );
    }
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) || /^aws:/i.test(key)) {
      problem(
        'must have a key of 1 to 128 letters, digits, blanks and the characters _ . : / = + - @, not beginning with "aws:"',
        "rename the tag",
      );
    }
    if (value !== ENCRYPTED && !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) {
      problem(
        "must be at most 256 letters, digits, blanks and the characters _ . : / = + - @",
        "leave the other characters out",
      );
    }
  }
  if (keys.length > awsLimits.tags.most) {
    problems.push({
      key: "aws:defaultTags.tags",
      value: `${keys.length} tags`,
      rule: `AWS takes at most ${awsLimits.tags.most} tags a resource`,
      fix: "use fewer",
    });
  }
  return problems;
}

/** The engine hands a program every value as text, maps and lists as JSON. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
