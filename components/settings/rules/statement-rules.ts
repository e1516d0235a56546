import { partitionNames } from "../partitions";
import { principalArnRule } from "./arn-rules";
import type { TextRule } from "./text-rules";

/** Statements of a bucket's policy by which people name them. */
export const sidRule: TextRule = {
  holds: (sid) => /^[A-Za-z0-9][\w -]{0,127}$/.test(sid),
  rule: "must be 1 to 128 letters, digits, blanks and the characters _ -, and begin with a letter or digit",
  fix: "give the statement a Sid of its own, such as DenyOutsideOrganization",
  examples: ["DenyOutsideOrganization", "AllowDataLake"],
};

/** What a policy says in one text or in a list of them: each item must satisfy the rule. */
export interface ListRule {
  readonly holds: (text: string) => boolean;
  readonly rule: string;
  readonly fix: string;
  readonly examples: readonly [string | string[], string | string[]];
}

/** What a statement of the company's own allows or denies. */
export const s3ActionRule: ListRule = {
  holds: (action) => /^(\*|s3:[A-Za-z*?]+)$/.test(action),
  rule: 'must be actions of S3 such as s3:GetObject, s3:* or "*", one or a list',
  fix: "copy their names from S3's page of the service authorization reference",
  examples: ["s3:GetObject", ["s3:GetObject", "s3:PutObject"]],
};

/** What of the bucket a statement of the company's own speaks of. */
export const bucketResourceRule: ListRule = {
  holds: (arn) => new RegExp(`^arn:(${partitionNames}):s3:::[a-z0-9.-]{3,63}(/\\S.*)?$`).test(arn),
  rule: "must be the ARN of the bucket, or of objects in it, arn:aws:s3:::<bucket>/<key or pattern>, one or a list",
  fix: "leave it out: it is then the bucket and everything in it",
  examples: [
    "arn:aws:s3:::acme-braintrust-exports/*",
    ["arn:aws:s3:::acme-braintrust-exports", "arn:aws:s3:::acme-braintrust-exports/braintrust-exports/*"],
  ],
};

/** Kinds of principals: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const principalKinds: Readonly<Record<string, (text: string) => boolean>> = {
  AWS: (text) =>
    text === "*" ||
    /^\d{12}$/.test(text) ||
    principalArnRule.holds(text) ||
    new RegExp(`^arn:(${partitionNames}):sts::\\d{12}:(assumed-role|federated-user)/[\\w+=,.@/-]+$`).test(
      text,
    ),
  Service: (text) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text),
  Federated: (text) => /^[\w:./-]+$/.test(text),
  CanonicalUser: (text) => /^[0-9a-f]{64}$/.test(text),
};

/** Whom a statement speaks of: everybody, or principals by their kind. */
export type PrincipalSetting = string | Record<string, string | string[]>;

/** Whom a statement of the company's own speaks of. */
export const principalRule = {
  rule: 'must be "*", or a map of AWS (ARNs of roles and users, account ids, "*"), Service, Federated or CanonicalUser to one text or a list; a wildcard within an ARN is not a principal',
  fix: "name each principal whole, account ids in quotes",
  examples: [{ AWS: "arn:aws:iam::777788889999:role/analytics" }, { AWS: ["555566667777", "888899990000"] }],
  holds: (value: unknown): value is PrincipalSetting =>
    value === "*" ||
    (isMap(value) &&
      Object.keys(value).length > 0 &&
      Object.entries(value).every(
        ([kind, names]) =>
          Object.hasOwn(principalKinds, kind) &&
          isTexts(names, (name) => principalKinds[kind]?.(name) ?? false),
      )),
} as const;

/** Operators: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operator =
  /^(ForAnyValue:|ForAllValues:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|(Numeric|Date)(Not)?Equals|(Numeric|Date)(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

type Scalar = string | number | boolean;
/** Conditions as IAM has them: operator, then condition key, then one value or a list. */
export type ConditionSetting = Record<string, Record<string, Scalar | Scalar[]>>;

/** When a statement of the company's own holds. */
export const conditionRule = {
  rule: "must be a map of operators of IAM such as StringEquals to maps of condition keys such as aws:PrincipalOrgID to one value or a list",
  fix: "write it as IAM does: {StringEquals: {aws:PrincipalOrgID: o-a1b2c3d4e5}}",
  examples: [
    { StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
    { StringEquals: { "aws:PrincipalOrgID": ["o-a1b2c3d4e5", "o-f6g7h8i9j0"] } },
  ],
  holds: (value: unknown): value is ConditionSetting =>
    isMap(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(
      ([name, keys]) =>
        operator.test(name) &&
        isMap(keys) &&
        Object.keys(keys).length > 0 &&
        Object.entries(keys).every(isCondition),
    ),
} as const;

function isCondition([key, values]: [string, unknown]): boolean {
  const list = [values].flat();
  return (
    /^[a-z0-9-]+:\S+$/i.test(key) &&
    list.length > 0 &&
    list.every((value) => ["string", "number", "boolean"].includes(typeof value))
  );
}

/** Whether a value is a text, or a list of them, each of which holds. */
export function isTexts(value: unknown, holds: (text: string) => boolean): value is string | string[] {
  const list = [value].flat();
  return list.length > 0 && list.every((text) => typeof text === "string" && holds(text));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
