import { listOf, type Statement } from "../automation/policy-document";

/** A key of a statement's conditions, in lower case: AWS does not distinguish case there. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The conditions of a statement; all of them must hold. */
export function conditionsOf({ Condition: blocks = {} }: Statement): Condition[] {
  return Object.entries(blocks).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({
      operator: operator.toLowerCase(),
      key: key.toLowerCase(),
      values: listOf(values).map(String),
    })),
  );
}

/**
 * Operators that hold only where the key is there and has one of the values. IfExists, ForAllValues and the negated ones hold
 * without the key: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const demanding =
  /^(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress)$/;

/** Whether a condition on one of the keys demands values that all pass. */
export function demands(
  statement: Statement,
  keys: readonly string[],
  isNarrow: (value: string, condition: Condition) => boolean,
): boolean {
  return conditionsOf(statement).some(
    (condition) =>
      demanding.test(condition.operator) &&
      keys.some((key) =>
        key.endsWith("*") ? condition.key.startsWith(key.slice(0, -1)) : key === condition.key,
      ) &&
      condition.values.length > 0 &&
      condition.values.every((value) => isNarrow(value, condition)),
  );
}

const arnWithAccount = /^arn:[a-z-]+:[a-z0-9-]+:[^:]*:\d{12}:./;
const arnOfBucket = /^arn:[a-z-]+:s3:::[^*?]+/;

/** Whether a value names one account, organization, network or resource. */
export function isFixed(value: string, { operator }: Pick<Condition, "operator">): boolean {
  if (value.includes("${") || value === "") return false;
  if (operator.endsWith("ipaddress")) return isSmallNetwork(value);
  return !/[*?]/.test(value) || arnWithAccount.test(value) || arnOfBucket.test(value);
}

/** S3 takes wider ranges for public: docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
function isSmallNetwork(range: string): boolean {
  const length = /\/(\d+)$/.exec(range)?.[1];
  return length === undefined || Number(length) >= (range.includes(":") ? 32 : 8);
}
