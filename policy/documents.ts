import { principalsOf, type Statement, statementsOf } from "../automation/policy-document";
import { type Resource, UNKNOWN } from "./rule";

/** What a policy is attached to: a principal, a resource, or a role as what may be assumed. */
export type PolicyKind = "identity" | "resource" | "trust";

/** A policy document among the properties of a resource. */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  readonly property: string;
  /** `undefined` where the text is no policy that AWS accepts. */
  readonly statements: readonly Statement[] | undefined;
}

const identityPolicies: readonly string[] = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

const resourcePolicies: readonly string[] = [
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:kms/key:Key",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
];

/** Every policy document of a resource that is known so far. */
export function documentsOf(resource: Resource): PolicyDocument[] {
  const { type, properties } = resource;
  if (type === "aws:iam/role:Role") {
    const inline = Array.isArray(properties.inlinePolicies) ? properties.inlinePolicies : [];
    return [
      ...read("trust", "assumeRolePolicy", properties.assumeRolePolicy),
      ...inline.flatMap((one) => read("identity", "inlinePolicies", one?.policy)),
    ];
  }
  if (identityPolicies.includes(type)) return read("identity", "policy", properties.policy);
  const found = read("resource", "policy", properties.policy);
  // Elsewhere `policy` may be something else than a document of IAM, as the name of a policy.
  return resourcePolicies.includes(type) || found[0]?.statements !== undefined ? found : [];
}

function read(kind: PolicyKind, property: string, value: unknown): PolicyDocument[] {
  // "[secret]": `pulumi policy analyze --file` shows that in place of what it cannot decrypt.
  if (value === undefined || value === UNKNOWN || value === "" || value === "[secret]") return [];
  return [{ kind, property, statements: statementsOf(value) }];
}

/** The Allow statements of a resource's policies. */
export function* allowedBy(resource: Resource, ...kinds: readonly PolicyKind[]): Iterable<Statement> {
  for (const { kind, statements } of documentsOf(resource)) {
    if (!kinds.includes(kind)) continue;
    for (const statement of statements ?? []) if (statement.Effect === "Allow") yield statement;
  }
}

/** Whether a statement is about everybody. */
export function isForEverybody(statement: Statement): boolean {
  return statement.NotPrincipal !== undefined || (principalsOf(statement.Principal).AWS ?? []).includes("*");
}

/** How messages call a statement. */
export function named({ Sid: sid }: Statement): string {
  return sid === undefined ? "a statement without a Sid" : `statement ${sid}`;
}
