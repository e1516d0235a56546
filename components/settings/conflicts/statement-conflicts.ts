import { type Problem, showValue } from "../problems";
import type { RawSettings } from "../schema";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";

type Statement = RawSettings["bucketPolicyStatements"][number];

/** Sids of the statements that BucketPolicy writes, those of every setting. */
const ownSids =
  /^(DenyInsecureTransport|DenyTlsBelow12|DenyOtherEncryptionKeys|DenyCustomerProvidedKeys|AllowSnowflakeAccess\d*(List|Location)?)$/i;

/** Statements of the company's own that S3 would refuse, or that would open the bucket. */
export function statementConflicts(settings: Settings): Problem[] {
  const { bucketPolicyStatements: statements } = settings;
  const sids = statements.map(({ Sid }) => Sid.toLowerCase());
  return statements.flatMap((statement, index): Problem[] => {
    const at = `bucketPolicyStatements[${index}]`;
    const { Sid } = statement;
    const taken = ownSids.test(Sid)
      ? "is the name of a statement of this stack's"
      : sids.indexOf(Sid.toLowerCase()) < index
        ? "is the name of another statement"
        : undefined;
    return [
      ...(taken === undefined
        ? []
        : [{ key: `${at}.Sid`, value: showValue(Sid), rule: taken, fix: "give each a Sid of its own" }]),
      ...shapeProblems(at, statement),
      ...resourceProblems(at, statement, settings),
      ...secretProblems(at, statement, settings),
    ];
  });
}

function shapeProblems(at: string, statement: Statement): Problem[] {
  const problems: Problem[] = [];
  const { Effect, Principal, NotPrincipal, Action, NotAction, Condition } = statement;
  for (const [name, one, other] of [
    ["Principal", Principal, NotPrincipal],
    ["Action", Action, NotAction],
  ] as const) {
    if ((one === undefined) !== (other === undefined)) continue;
    const rule = `must have either ${name} or Not${name}`;
    const fix = one === undefined ? `add ${name}` : `remove one of them`;
    problems.push({ key: `${at}.${name}`, value: showValue(one), rule, fix });
  }
  if (Effect === "Allow" && NotPrincipal !== undefined) {
    problems.push({
      key: `${at}.NotPrincipal`,
      value: showValue(NotPrincipal),
      rule: "in an Allow would open the bucket to everybody else in the world",
      fix: "name in Principal whom it allows",
    });
  } else if (Effect === "Allow" && isEverybody(Principal) && !namesSomebody(Condition)) {
    problems.push({
      key: `${at}.Principal`,
      value: showValue(Principal),
      rule: "in an Allow opens the bucket to everybody in the world, and no condition says who that is",
      fix: "name in Principal whom it allows, or add a condition that names your organization, accounts, principals, VPCs or endpoints, such as {StringEquals: {aws:PrincipalOrgID: o-a1b2c3d4e5}}",
    });
  }
  return problems;
}

/** Whether a statement's principal is anybody, of whichever kind. */
export function isEverybody(principal: Statement["Principal"]): boolean {
  return [principal === undefined || typeof principal === "string" ? principal : Object.values(principal)]
    .flat(2)
    .includes("*");
}

/** Keys by whose fixed values S3 tells a policy from a public one, in lower case. */
const narrowing = [
  ...["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"],
  ...[
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
  ],
  ...["s3:dataaccesspointaccount", "s3:dataaccesspointarn", "aws:userid"],
];

/**
 * Whether a condition leaves an Allow to everybody with principals or places that it names. S3 calls the policy public
 * otherwise, and refuses it where public access is blocked:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of public". A key that a
 * request may lack must not satisfy it: neither `IfExists` nor `ForAllValues` names anybody.
 */
function namesSomebody(condition: Statement["Condition"] = {}): boolean {
  return Object.entries(condition).some(
    ([operator, keys]) =>
      /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) =>
          narrowing.includes(key.toLowerCase()) && [values].flat().every((value) => isFixed(String(value))),
      ),
  );
}

/** Wide ranges are everybody too: S3 takes those of more than 2^24 addresses for public. */
function isFixed(value: string): boolean {
  const [, bits] = /^[0-9a-f.:]+\/(\d+)$/i.exec(value) ?? [];
  if (bits !== undefined) return Number(bits) >= (value.includes(":") ? 32 : 8);
  return !/^[*?]*$/.test(value) && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*\*/.test(value);
}

function resourceProblems(at: string, { Resource = [] }: Statement, settings: Settings): Problem[] {
  const { bucketName, existingBucket, partition, region } = settings;
  const bucket = existingBucket ?? bucketName;
  if (bucket === ENCRYPTED) return [];
  const key = `${at}.Resource`;
  if (bucket === undefined && Resource.length > 0) {
    const rule = "names a bucket, and the name of this stack's depends on its account";
    const fix = "leave it out, for the bucket and everything in it, or set bucketName to the bucket's name";
    return [{ key, value: showValue(Resource), rule, fix }];
  }
  return [Resource].flat().flatMap((arn): Problem[] => {
    // Where nothing says the region, AWS alone knows the partition.
    const own = `arn:${region === undefined ? arn.split(":")[1] : partition}:s3:::${bucket}`;
    if (arn === own || arn.startsWith(`${own}/`)) return [];
    const rule = `is not in this stack's bucket, and S3 takes a bucket's policy for that bucket alone`;
    return [{ key, value: showValue(arn), rule, fix: `begin it with ${own}, or leave it out` }];
  });
}

/** Whoever may read the bucket's policy would read it there. */
function secretProblems(at: string, statement: Statement, { snowflake }: Settings): Problem[] {
  const text = JSON.stringify(statement);
  const ids = [
    ["snowflake.externalId", snowflake.externalId],
    ["snowflake.errorNotifications.externalId", snowflake.errorNotifications.externalId],
  ] as const;
  return ids.flatMap(([key, id]): Problem[] => {
    if (id === undefined || id === ENCRYPTED || !text.includes(JSON.stringify(id).slice(1, -1))) return [];
    const rule = `has the value of ${key}, which everybody who may read the policy would see`;
    return [{ key: at, value: `(${statement.Sid})`, rule, fix: "remove it: S3 knows no external id" }];
  });
}
