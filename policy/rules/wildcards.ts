import { listOf, type Statement } from "../../automation/policy-document";
import { allowedBy, documentsOf, named } from "../documents";
import type { Resource, ResourceRule } from "../rule";

/** Allow statements list actions and resources. */
export const noWildcardAllow: ResourceRule = {
  name: "no-wildcard-allow",
  description: "Policies allow listed actions on listed resources.",
  fix: "List the actions and the ARNs that are needed; in place of NotAction and NotResource too, which allow whatever AWS adds.",
  *check(resource) {
    for (const { property, statements } of documentsOf(resource)) {
      if (statements === undefined) yield `${property} is no policy document`;
    }
    for (const statement of allowedBy(resource, "identity", "resource", "trust")) {
      if (statement.NotAction !== undefined) yield `${named(statement)} allows all actions but some`;
      if (statement.NotResource !== undefined) yield `${named(statement)} allows all resources but some`;
      for (const action of listOf(statement.Action)) {
        if (isWide(action)) yield `${named(statement)} allows ${action}`;
      }
    }
    for (const statement of allowedBy(resource, "identity")) yield* wideResources(statement);
    for (const arn of attached(resource)) {
      if (isWideManagedPolicy(arn)) yield `it attaches ${arn}`;
    }
  },
};

/** Reading verbs and the two families of KMS may end in a wildcard: what they cover is of one kind. */
const families = /^[a-z0-9-]+:((get|list|describe|batchget|head)[a-z]*\*|(generatedatakey|reencrypt)\*)$/;

function isWide(action: string): boolean {
  return /[*?]/.test(action) && !families.test(action.toLowerCase());
}

/** Actions without a resource that a policy could name: servicereference.us-east-1.amazonaws.com */
const withoutResource =
  /^([a-z0-9-]+:describe\w*\*?|[a-z0-9-]+:list(?!bucket)\w*|cloudwatch:(putmetricdata|getmetric\w+)|ecr:getauthorizationtoken|sts:getcalleridentity|xray:put\w+|logs:describe\w*|s3:getaccountpublicaccessblock)$/;

function* wideResources(statement: Statement): Iterable<string> {
  const actions = listOf(statement.Action).map((action) => action.toLowerCase());
  for (const arn of listOf(statement.Resource)) {
    if (!isEvery(arn)) continue;
    const narrow = actions.length > 0 && actions.every((action) => withoutResource.test(action));
    if (!narrow) yield `${named(statement)} allows its actions on ${arn}`;
  }
}

/** Whether an ARN covers all resources of a service or of a kind, in one account or in all. */
function isEvery(arn: string): boolean {
  const [, , service, , , ...rest] = arn.split(":");
  if (service === undefined || rest.length === 0) return /^[*?]+$|^arn:[*?]/.test(arn);
  const name = rest.join(":");
  if (service === "s3") return /^[*?]+(\/|$)/.test(name);
  return /^([a-z-]+[/:])?[*?/:]+$/.test(name);
}

/** ARNs of the policies that a resource attaches. */
function attached({ type, properties }: Resource): string[] {
  const arns = [
    ...(/Attachment$/.test(type) ? [properties.policyArn] : []),
    ...listOf(properties.managedPolicyArns),
    ...listOf(properties.policyArns),
  ];
  return arns.filter((arn) => typeof arn === "string");
}

function isWideManagedPolicy(arn: string): boolean {
  return /:iam::aws:policy\/(.*\/)?(AdministratorAccess.*|PowerUserAccess|.*FullAccess(_v\d+)?)$/.test(arn);
}
