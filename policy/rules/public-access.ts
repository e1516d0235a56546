import { demands, isFixed } from "../conditions";
import { allowedBy, isForEverybody, named } from "../documents";
import { type Resource, type ResourceRule, type StackRule, UNKNOWN } from "../rule";
import { bucketsOf, isOfBucket } from "./buckets";

/**
 * Condition keys with which a statement for everybody is not public, if their values are fixed:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
const narrowingKeys = [
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
];

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Nothing is open to everybody: by policy, by ACL, or by a public access block that is switched off. */
export const noPublicAccess: ResourceRule = {
  name: "no-public-access",
  description: "No resource is open to everybody.",
  fix: "Name the principals, or demand a fixed aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID; switch all four public access blocks on; use no ACLs.",
  *check(resource) {
    for (const statement of allowedBy(resource, "resource")) {
      if (isForEverybody(statement) && !demands(statement, narrowingKeys, isFixed)) {
        yield `${named(statement)} allows everybody`;
      }
    }
    const { type, properties } = resource;
    if (type === "aws:lambda/permission:Permission" && properties.principal === "*") {
      const narrowing = [properties.sourceAccount, properties.sourceArn, properties.principalOrgId];
      if (narrowing.every((value) => value === undefined)) yield "everybody may call the function";
    }
    yield* switchedOff(resource);
    yield* openByAcl(resource);
  },
};

function* switchedOff({ type, properties }: Resource): Iterable<string> {
  const blocked = /^aws:s3\/(bucketPublicAccessBlock|accountPublicAccessBlock):/.test(type)
    ? properties
    : accessPointBlock(type, properties);
  if (blocked === undefined) return;
  for (const block of blocks) {
    if (blocked[block] !== true && blocked[block] !== UNKNOWN) yield `${block} is not on`;
  }
}

/** An access point without a block of its own has all four: its default. */
function accessPointBlock(
  type: string,
  properties: Resource["properties"],
): Record<string, unknown> | undefined {
  const block = properties.publicAccessBlockConfiguration;
  if (!type.startsWith("aws:s3/accessPoint:") || typeof block !== "object" || block === null)
    return undefined;
  return {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...block,
  };
}

const everybody = /groups\/(global\/AllUsers|global\/AuthenticatedUsers)$/;

function* openByAcl({ type, properties }: Resource): Iterable<string> {
  if (!type.startsWith("aws:s3/")) return;
  const { acl } = properties;
  if (typeof acl === "string" && /public|authenticated-read/.test(acl)) yield `acl is ${acl}`;
  for (const uri of texts(properties)) if (everybody.test(uri)) yield `an ACL grants access to ${uri}`;
  const rule = properties.rule;
  if (/^aws:s3\/bucketOwnershipControls:/.test(type) && typeof rule === "object" && rule !== null) {
    const ownership = "objectOwnership" in rule ? rule.objectOwnership : undefined;
    if (ownership !== "BucketOwnerEnforced" && ownership !== UNKNOWN) {
      yield `objectOwnership is ${String(ownership)}, which lets ACLs in; set BucketOwnerEnforced`;
    }
  }
}

/** All texts in a value. */
function* texts(value: unknown): Iterable<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* texts(inner);
}

/** Every bucket of the stack has its public access block. */
export const publicAccessBlocked: StackRule = {
  name: "public-access-blocked",
  description: "Every bucket has a public access block.",
  fix: "Add an aws.s3.BucketPublicAccessBlock, or set BRAINTRUST_POLICY_PUBLIC_ACCESS_BLOCK=account where the organization blocks public access for the whole account.",
  *checkStack(resources, { accountBlocksPublicAccess }) {
    if (accountBlocksPublicAccess) return;
    for (const bucket of bucketsOf(resources)) {
      const has = resources.some(
        (other) => other.type.startsWith("aws:s3/bucketPublicAccessBlock:") && isOfBucket(other, bucket),
      );
      if (!has) yield { resource: bucket, problem: "the bucket has no public access block" };
    }
  },
};
