import { type Find, foreignPolicy, ROOT, type Sabotage, STRANGER } from "./sabotage-words";

const USER = "pipeline-snowflake-user";

const userName = (find: Find) => ({ UserName: find(USER, "name") });
const groupName = (find: Find) => ({ GroupName: find(`${USER}-group`, "name") });
const readPolicy = (find: Find) => ({ PolicyArn: find("pipeline-snowflake-policy", "arn") });
const accessKey = (find: Find) => ({ ...userName(find), AccessKeyId: find(`${USER}-key-first`, "id") });
const publishPolicy = (find: Find) => ({
  RoleName: find("pipeline-errors-role", "name"),
  PolicyName: find("pipeline-errors-publish", "name"),
});
const foreignTrust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: ROOT, Action: "sts:AssumeRole" }],
});

/** Of those who may do something, and their keys. */
export const accessSabotages: Readonly<Record<string, Sabotage>> = {
  "aws:iam/accessKey:AccessKey": {
    change: {
      resource: `${USER}-key-first`,
      act: ({ iam }, find) => iam.updateAccessKey({ ...accessKey(find), Status: "Inactive" }),
    },
    removal: { resource: `${USER}-key-first`, act: ({ iam }, find) => iam.deleteAccessKey(accessKey(find)) },
  },
  "aws:iam/userGroupMembership:UserGroupMembership": {
    removal: {
      resource: `${USER}-membership`,
      act: ({ iam }, find) => iam.removeUserFromGroup({ ...userName(find), ...groupName(find) }),
    },
  },
  "aws:iam/user:User": {
    change: { resource: USER, act: ({ iam }, find) => iam.tagUser({ ...userName(find), Tags: STRANGER }) },
    removal: { resource: USER, act: ({ iam }, find) => iam.deleteUser(userName(find)) },
  },
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {
    removal: {
      resource: `${USER}-attachment`,
      act: ({ iam }, find) => iam.detachGroupPolicy({ ...groupName(find), ...readPolicy(find) }),
    },
  },
  "aws:iam/group:Group": {
    change: {
      resource: `${USER}-group`,
      act: ({ iam }, find) => iam.updateGroup({ ...groupName(find), NewPath: "/elsewhere/" }),
    },
    removal: { resource: `${USER}-group`, act: ({ iam }, find) => iam.deleteGroup(groupName(find)) },
  },
  "aws:iam/policy:Policy": {
    change: {
      resource: "pipeline-braintrust-policy",
      act: ({ iam }, find) =>
        iam.createPolicyVersion({
          PolicyArn: find("pipeline-braintrust-policy", "arn"),
          PolicyDocument: foreignPolicy("s3:*"),
          SetAsDefault: true,
        }),
    },
    removal: {
      resource: "pipeline-snowflake-policy",
      act: ({ iam }, find) => iam.deletePolicy(readPolicy(find)),
    },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    removal: {
      resource: "pipeline-braintrust-attachment",
      act: ({ iam }, find) =>
        iam.detachRolePolicy({
          RoleName: find("pipeline-braintrust", "name"),
          PolicyArn: find("pipeline-braintrust-policy", "arn"),
        }),
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    change: {
      resource: "pipeline-errors-publish",
      act: ({ iam }, find) =>
        iam.putRolePolicy({ ...publishPolicy(find), PolicyDocument: foreignPolicy("sns:*") }),
    },
    removal: {
      resource: "pipeline-errors-publish",
      act: ({ iam }, find) => iam.deleteRolePolicy(publishPolicy(find)),
    },
  },
  "aws:iam/role:Role": {
    change: {
      resource: "pipeline-braintrust",
      act: ({ iam }, find) =>
        iam.updateAssumeRolePolicy({
          RoleName: find("pipeline-braintrust", "name"),
          PolicyDocument: foreignTrust,
        }),
    },
    removal: {
      resource: "pipeline-errors-role",
      act: ({ iam }, find) => iam.deleteRole({ RoleName: find("pipeline-errors-role", "name") }),
    },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    removal: { resource: `${USER}-secret-version` },
  },
  "aws:secretsmanager/secret:Secret": {
    change: {
      resource: `${USER}-secret`,
      act: ({ secrets }, find) =>
        secrets.updateSecret({ SecretId: find(`${USER}-secret`, "arn"), Description: "somebody else's" }),
    },
    removal: {
      resource: `${USER}-secret`,
      act: ({ secrets }, find) =>
        secrets.deleteSecret({ SecretId: find(`${USER}-secret`, "arn"), ForceDeleteWithoutRecovery: true }),
    },
  },
};
