import { awsLimits } from "../aws-limits";
import { misread, type Problem, showValue } from "./problems";
import { accountIdRule } from "./rules/text-rules";
import { ENCRYPTED } from "./values";

/** Settings of the provider that are texts, and that this program or AWS reads as such. */
const textKeys = /^aws:(defaultTags|allowedAccountIds|forbiddenAccountIds|profile)\b/;

/** What the provider knows: `@pulumi/aws/config`, and what the engine takes for every provider. */
export const PROVIDER_KEYS = [
  ...["accessKey", "allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles", "customCaBundle"],
  ...["defaultTags", "ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode", "endpoints"],
  ...["forbiddenAccountIds", "httpProxy", "httpsProxy", "ignoreTags", "insecure", "maxRetries", "noProxy"],
  ...["pluginDownloadURL", "profile", "region", "retryMode", "s3UsEast1RegionalEndpoint", "s3UsePathStyle"],
  ...["secretKey", "sharedConfigFiles", "sharedCredentialsFiles", "skipCredentialsValidation"],
  ...["skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId", "stsRegion"],
  ...["tagPolicyCompliance", "token", "tokenBucketRateLimiterCapacity", "useDualstackEndpoint"],
  ...["useFipsEndpoint", "userAgents", "version"],
];

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
    ...unknownKeys(Object.keys(values)),
    ...shapeProblems(values["aws:defaultTags"]),
    ...accounts.flatMap((key) => accountProblems(key, values[key])),
    ...tagProblems(defaultTagsOf(values["aws:defaultTags"])),
  ];
}

/** The ids of `aws:allowedAccountIds` or its like, in a list or as JSON text. */
export function accountIdsOf(configured: unknown): string[] {
  const list = parsed(configured);
  return Array.isArray(list) ? list.map(String) : [];
}

/** The provider refuses them once the engine starts it: github.com/pulumi/pulumi-aws/issues/3360 */
function unknownKeys(keys: readonly string[]): Problem[] {
  return keys
    .filter((key) => key.startsWith("aws:") && !PROVIDER_KEYS.includes(key.slice("aws:".length)))
    .map((key) => {
      const [first = ""] = key.slice("aws:".length).split(/[.[]/);
      const isPath = PROVIDER_KEYS.includes(first) && `aws:${first}` !== key;
      return {
        key,
        // It may be a credential under another name.
        value: "(not shown)",
        rule: "is no setting of the AWS provider",
        fix: isPath
          ? `remove it, and set it by \`pulumi config set --path ${key} <value>\``
          : `remove it or correct its spelling; known keys here: ${PROVIDER_KEYS.join(", ")}`,
      };
    });
}

/** The provider refuses another shape as well, and a stack whose tags are not read would be without them in the plan. */
function shapeProblems(configured: unknown): Problem[] {
  if (configured === undefined || configured === null || configured === ENCRYPTED) return [];
  const written = parsed(configured);
  const { tags, ...others } = isMap(written) ? written : { tags: [] };
  if (!isMap(tags ?? {}) || Object.keys(others).length > 0) {
    const fix = "write it as { tags: { Owner: data } }";
    return [
      { key: "aws:defaultTags", value: showValue(configured), rule: "must have tags, a map, alone", fix },
    ];
  }
  return Object.entries(tags ?? {})
    .filter(([, value]) => typeof value === "object" && value !== null)
    .map(([key, value]) => ({
      key: `aws:defaultTags.tags.${key}`,
      value: showValue(value),
      rule: "must be a text",
      fix: "write one value for each tag",
    }));
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
  return isMap(value) && key in value ? value[key] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
