import type { IAM } from "@aws-sdk/client-iam";
import { awsCall } from "../../aws/aws-call";
import { orAbsent } from "../../aws/aws-errors";
import type { Attached, FoundPolicy, FoundRole, FoundUser, Tags } from "../found";

const ABSENT = "NoSuchEntityException";

/** The role of this name. */
export async function findRole(iam: IAM, RoleName: string): Promise<FoundRole | undefined> {
  const answer = await awsCall("iam:GetRole", () => orAbsent(iam.getRole({ RoleName }), ABSENT));
  const role = answer?.Role;
  if (role === undefined) return undefined;
  const attached = await awsCall("iam:ListAttachedRolePolicies", () =>
    iam.listAttachedRolePolicies({ RoleName }),
  );
  const inline = await awsCall("iam:ListRolePolicies", () => iam.listRolePolicies({ RoleName }));
  return {
    name: role.RoleName ?? RoleName,
    arn: role.Arn ?? "",
    path: role.Path ?? "/",
    boundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: tagsOf(role.Tags),
    trust: decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
    attached: attachedOf(attached.AttachedPolicies),
    inline: inline.PolicyNames ?? [],
  };
}

/** The user of this name. */
export async function findUser(iam: IAM, UserName: string): Promise<FoundUser | undefined> {
  const answer = await awsCall("iam:GetUser", () => orAbsent(iam.getUser({ UserName }), ABSENT));
  const user = answer?.User;
  if (user === undefined) return undefined;
  const attached = await awsCall("iam:ListAttachedUserPolicies", () =>
    iam.listAttachedUserPolicies({ UserName }),
  );
  const inline = await awsCall("iam:ListUserPolicies", () => iam.listUserPolicies({ UserName }));
  const keys = await awsCall("iam:ListAccessKeys", () => iam.listAccessKeys({ UserName }));
  return {
    name: user.UserName ?? UserName,
    arn: user.Arn ?? "",
    path: user.Path ?? "/",
    boundaryArn: user.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: tagsOf(user.Tags),
    attached: attachedOf(attached.AttachedPolicies),
    inline: inline.PolicyNames ?? [],
    keyIds: (keys.AccessKeyMetadata ?? []).map(({ AccessKeyId = "" }) => AccessKeyId),
  };
}

/** The customer-managed policy of this name. IAM takes a name once, whatever its path. */
export async function findPolicy(iam: IAM, name: string): Promise<FoundPolicy | undefined> {
  const { paginateListPolicies } = await import("@aws-sdk/client-iam");
  const arn = await awsCall("iam:ListPolicies", async () => {
    for await (const { Policies = [] } of paginateListPolicies({ client: iam }, { Scope: "Local" })) {
      const found = Policies.find(({ PolicyName }) => PolicyName?.toLowerCase() === name.toLowerCase());
      if (found !== undefined) return found.Arn;
    }
    return undefined;
  });
  if (arn === undefined) return undefined;
  const { Policy } = await awsCall("iam:GetPolicy", () => iam.getPolicy({ PolicyArn: arn }));
  const VersionId = Policy?.DefaultVersionId;
  const version = await awsCall("iam:GetPolicyVersion", () =>
    iam.getPolicyVersion({ PolicyArn: arn, VersionId }),
  );
  const entities = await awsCall("iam:ListEntitiesForPolicy", () =>
    iam.listEntitiesForPolicy({ PolicyArn: arn, EntityFilter: "Role" }),
  );
  return {
    name: Policy?.PolicyName ?? name,
    arn,
    path: Policy?.Path ?? "/",
    tags: tagsOf(Policy?.Tags),
    document: decodeURIComponent(version.PolicyVersion?.Document ?? ""),
    roles: (entities.PolicyRoles ?? []).map(({ RoleName = "" }) => RoleName),
  };
}

function attachedOf(
  policies: readonly { PolicyArn?: string; PolicyName?: string }[] | undefined,
): Attached[] {
  return (policies ?? []).map(({ PolicyArn = "", PolicyName = "" }) => ({
    arn: PolicyArn,
    name: PolicyName,
  }));
}

/** Tags as services list them. AWS's own cannot be set by anybody else. */
export function tagsOf(tags: readonly { Key?: string; Value?: string }[] | undefined): Tags {
  const own = (tags ?? []).filter(({ Key }) => Key !== undefined && !Key.startsWith("aws:"));
  return Object.fromEntries(own.map(({ Key = "", Value = "" }) => [Key, Value]));
}
