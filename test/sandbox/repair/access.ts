import { type Drift, type Find, foreignPolicy, ROOT, STRANGER } from "./cases";

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
export const accessDrifts: Readonly<Record<string, Drift>> = {
  "aws:iam/accessKey:AccessKey": {
    change: {
      resource: `${USER}-key-first`,
      act: ({ iam }, find) => iam.updateAccessKey({ ...accessKey(find), Status: "Inactive" }),
    },
    removal: { resource: `${USER}-key-first`, act: ({ iam }, find) => iam.deleteAccessKey(accessKey(find)) },
  },
  "aws:iam/userGroupMembership:UserGroupMembership": {
    change: { why: "it is nothing but the two that it joins" },
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
    change: { why: "it is nothing but the two that it joins" },
    removal: {
      resource: `${USER}-attachment`,
      act: ({ iam }, find) => iam.detachGroupPolicy({ ...groupName(find), ...readPolicy(find) }),
    },
  },
  "aws:iam/group:Group": {
    change: { why: "the emulator cannot change a group" },
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
    change: { why: "it is nothing but the two that it joins" },
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
    change: { why: "a version's value cannot be changed, only succeeded by another version" },
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
