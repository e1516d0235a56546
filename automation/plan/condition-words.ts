import type { Namer } from "./arn-names";

/** A statement's conditions: operator -> key -> values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * Conditions in words, all of which must hold: "over TLS", "from bucket X", "if the external id is like bt:org:*".
 * One that is not known here is shown as the policy spells it.
 */
export function conditionWords(conditions: Conditions, name: Namer): string[] {
  const words: string[] = [];
  const tests = new Map<string, string[]>();
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, values] of Object.entries(keys)) {
      const whole = phrases[`${operator} ${key.toLowerCase()}`]?.(values, name);
      const subject = subjects[key.toLowerCase()];
      const test = subject === undefined ? undefined : testWords(operator, values, name);
      if (whole !== undefined) words.push(whole);
      else if (subject !== undefined && test !== undefined)
        tests.set(subject, [...(tests.get(subject) ?? []), test]);
      else words.push(`if ${operator} ${key}: ${values.join(" or ")}`);
    }
  }
  return [...words, ...[...tests].map(([subject, tested]) => `if ${subject} ${tested.join(" and ")}`)];
}

type Phrase = (values: readonly string[], name: Namer) => string | undefined;

const from: Phrase = (values, name) => `from ${values.map(name).join(" or ")}`;
const forAccount: Phrase = (values) => `for account ${values.join(" or ")}`;
const via: Phrase = (values) => `via ${values.map(serviceName).join(" or ")}`;

/** Conditions with words of their own, by operator and key in lower case: IAM does not tell keys' cases apart. */
const phrases: Readonly<Record<string, Phrase>> = {
  "Bool aws:securetransport": (values) =>
    ({ true: "over TLS", false: "over plain HTTP" })[values.join(" ").toLowerCase()],
  "NumericLessThan s3:tlsversion": (values) => `over TLS below ${values.join(" or ")}`,
  "ArnEquals aws:sourcearn": from,
  "ArnLike aws:sourcearn": from,
  "StringEquals aws:sourcearn": from,
  "StringLike aws:sourcearn": from,
  "StringEquals aws:sourceaccount": forAccount,
  "StringEquals aws:resourceaccount": (values) => `in account ${values.join(" or ")}`,
  "StringEquals kms:viaservice": via,
  "StringLike kms:viaservice": via,
};

/** What is tested, by key in lower case. */
const subjects: Readonly<Record<string, string>> = {
  "sts:externalid": "the external id",
  "s3:prefix": "the prefix",
  "aws:principalarn": "the caller",
  "kms:encryptioncontext:aws:cloudtrail:arn": "the trail",
  "kms:encryptioncontext:aws:logs:arn": "the log group",
  "s3:x-amz-server-side-encryption": "the encryption header",
  "s3:x-amz-server-side-encryption-aws-kms-key-id": "the KMS key header",
  "s3:x-amz-server-side-encryption-customer-algorithm": "the SSE-C header",
};

/** How it is tested, by operator. ArnEquals takes wildcards as ArnLike does. */
const operators: Readonly<Record<string, string>> = {
  StringEquals: "is",
  StringNotEquals: "is not",
  StringLike: "is like",
  StringNotLike: "is not like",
  ArnEquals: "is",
  ArnNotEquals: "is not",
  ArnLike: "is like",
  ArnNotLike: "is not like",
};

function testWords(operator: string, values: readonly string[], name: Namer): string | undefined {
  if (operator === "Null") {
    return { true: "is absent", false: "is given" }[values.join(" ").toLowerCase()];
  }
  const plain = operator.replace(/IfExists$/, "");
  const verb = operators[plain];
  if (verb === undefined) return undefined;
  const test = `${verb} ${values.map(name).join(" or ")}`;
  return plain === operator ? test : `is absent or ${test}`;
}

function serviceName(endpoint: string): string {
  const [, service, region] = /^([\w-]+)\.([\w-]+)\.amazonaws\.com(?:\.cn)?$/.exec(endpoint) ?? [];
  return service === undefined || region === undefined ? endpoint : `${service.toUpperCase()} in ${region}`;
}
