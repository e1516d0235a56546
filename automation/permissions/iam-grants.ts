import { type Grant, global, type Place } from "./grant";

type Inputs = Readonly<Record<string, unknown>>;
type IamGrants = (inputs: Inputs, place: Place) => Grant[];

/** What the provider calls for a role, which it reads with all of its policies. */
const roleReads = [
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:ListAttachedRolePolicies",
  "iam:ListRolePolicies",
];
const roleWrites = [
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:ListInstanceProfilesForRole",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
];

const userWrites = ["iam:CreateUser", "iam:DeleteUser", "iam:TagUser", "iam:UntagUser", "iam:UpdateUser"];

const byKind: Readonly<Record<string, IamGrants>> = {
  Role: ({ name }, place) => [
    {
      read: roleReads,
      write: [...roleWrites, ...boundaries(place, "Role")],
      resources: [entity(place, "role", name)],
    },
  ],
  RolePolicy: ({ role }, place) => [
    {
      read: ["iam:GetRolePolicy"],
      write: ["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
      resources: [entity(place, "role", role)],
    },
  ],
  RolePolicyAttachment: ({ role }, place) => [
    {
      read: ["iam:ListAttachedRolePolicies"],
      write: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
      resources: [entity(place, "role", role)],
    },
  ],
  Policy: ({ name }, place) => [
    {
      read: ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"],
      write: [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:TagPolicy",
        "iam:UntagPolicy",
      ],
      resources: [entity(place, "policy", name)],
    },
  ],
  User: ({ name }, place) => [
    {
      read: ["iam:GetUser"],
      write: [...userWrites, ...boundaries(place, "User")],
      resources: [entity(place, "user", name)],
    },
  ],
  AccessKey: ({ user }, place) => [
    {
      read: ["iam:ListAccessKeys"],
      write: ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"],
      resources: [entity(place, "user", user)],
    },
  ],
  Group: ({ name }, place) => [
    {
      read: ["iam:GetGroup"],
      write: ["iam:CreateGroup", "iam:DeleteGroup", "iam:UpdateGroup"],
      resources: [entity(place, "group", name)],
    },
  ],
  GroupPolicyAttachment: ({ group }, place) => [
    {
      read: ["iam:ListAttachedGroupPolicies"],
      write: ["iam:AttachGroupPolicy", "iam:DetachGroupPolicy"],
      resources: [entity(place, "group", group)],
    },
  ],
  UserGroupMembership: ({ user, groups }, place) => [
    { read: ["iam:ListGroupsForUser"], write: [], resources: [entity(place, "user", user)] },
    {
      read: [],
      write: ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
      resources: (Array.isArray(groups) ? groups : []).map((group) => entity(place, "group", group)),
    },
  ],
};

/** Of one resource of IAM; `undefined` where it is unknown here. */
export function iamGrants(kind: string, inputs: Inputs, place: Place): Grant[] | undefined {
  return byKind[kind]?.(inputs, place);
}

/** What CloudTrail's role needs: awsx names it after the trail, gives it a policy, and hands it to CloudTrail. */
export function trailRoleGrants(inputs: Inputs, place: Place): Grant[] {
  const { name } = inputs;
  const inlineWrites = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"];
  return [
    ...(byKind.Role?.(inputs, place) ?? []),
    { read: [], write: inlineWrites, resources: [entity(place, "role", name)] },
    ...passRole(entity(place, "role", name), "cloudtrail.amazonaws.com"),
  ];
}

/** A role may be handed to one service only. */
export function passRole(roleArn: string, service: string): Grant[] {
  return [
    {
      read: [],
      write: ["iam:PassRole"],
      resources: [roleArn],
      condition: { StringEquals: { "iam:PassedToService": service } },
    },
  ];
}

function entity(place: Place, kind: string, name: unknown): string {
  return global(place, "iam", `${kind}${place.iamPath}${String(name)}`);
}

function boundaries({ boundary }: Place, kind: "Role" | "User"): string[] {
  return boundary ? [`iam:Delete${kind}PermissionsBoundary`, `iam:Put${kind}PermissionsBoundary`] : [];
}
