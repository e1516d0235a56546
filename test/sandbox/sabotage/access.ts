import assert from "node:assert/strict";
import { nameOfArn } from "../../../automation/verify/subject";
import {
  allow,
  type Kept,
  rewrite,
  type Sabotage,
  STRANGER,
  type Statement,
  type Undo,
  type World,
  widened,
} from "./world";

/** Of who may assume the roles and what they may do. */
export const accessSabotages: readonly Sabotage[] = [
  {
    what: "Braintrust's role also trusts an unlisted identity",
    red: ["trust/braintrust"],
    spoil: (world) => rewrite(trust(world, "braintrustRoleArn"), widened(assumedBy(STRANGER))),
  },
  {
    what: "Braintrust's role takes every organization's external id",
    red: ["trust/braintrust", "data/braintrust-external-id"],
    spoil: (world) =>
      rewrite(trust(world, "braintrustRoleArn"), asking({ StringLike: { "sts:ExternalId": "bt:*" } })),
  },
  {
    what: "Braintrust's role asks for no external id",
    red: ["trust/braintrust", "data/braintrust-external-id"],
    spoil: (world) => rewrite(trust(world, "braintrustRoleArn"), asking(undefined)),
  },
  {
    what: "Snowflake's role also trusts an unlisted identity",
    red: ["trust/snowflake"],
    spoil: (world) => rewrite(trust(world, "snowflakeRoleArn"), widened(assumedBy(STRANGER))),
  },
  {
    what: "Snowflake's role takes a pattern of external ids",
    red: ["trust/snowflake", "data/snowflake-external-id"],
    spoil: (world) =>
      rewrite(trust(world, "snowflakeRoleArn"), asking({ StringLike: { "sts:ExternalId": "*" } })),
  },
  {
    what: "Snowflake's role asks for no external id",
    red: ["trust/snowflake", "data/snowflake-external-id"],
    spoil: (world) => rewrite(trust(world, "snowflakeRoleArn"), asking(undefined)),
  },
  {
    what: "the role of load errors also trusts an unlisted identity",
    red: ["trust/load-errors"],
    spoil: (world) => rewrite(trust(world, "errorRoleArn"), widened(assumedBy(STRANGER))),
  },
  {
    what: "the role of load errors may publish anywhere",
    red: ["errors/publisher-policy"],
    spoil: (world) => inlinePolicy(world, "errorRoleArn", allow("sns:Publish", "*")),
  },
  {
    what: "Braintrust's role may change the bucket's policy",
    red: ["access/braintrust-policy", "access/braintrust-administer"],
    spoil: (world) =>
      attachedPolicy(world, "braintrustRoleArn", allow("s3:PutBucketPolicy", world.outputs.bucketArn)),
  },
  {
    what: "Braintrust's role may write outside of the prefix, by a policy of its own",
    red: ["access/braintrust-policy", "access/braintrust-write-outside", "data/braintrust-write-outside"],
    spoil: (world) =>
      inlinePolicy(world, "braintrustRoleArn", allow("s3:PutObject", `${world.outputs.bucketArn}/*`)),
  },
  {
    what: "Snowflake's role may read outside of the prefix",
    red: ["access/snowflake-policy", "access/snowflake-read-outside", "data/snowflake-read-outside"],
    spoil: (world) =>
      attachedPolicy(world, "snowflakeRoleArn", allow("s3:GetObject", `${world.outputs.bucketArn}/*`)),
  },
  {
    what: "Snowflake's role has lost its policy",
    red: [
      "access/snowflake-policy",
      "access/snowflake-read",
      "access/snowflake-locate",
      "data/read",
      "data/list",
    ],
    spoil: async (world) => {
      const { iam } = world.aws;
      const attachment = await onlyAttachment(world, "snowflakeRoleArn");
      await iam.detachRolePolicy(attachment);
      return () => iam.attachRolePolicy(attachment);
    },
  },
];

/** Of Snowflake's user. */
export const userSabotages: readonly Sabotage[] = [
  {
    what: "the user has a further access key",
    red: ["fresh/access-keys"],
    spoil: async ({ aws: { iam } }) => {
      const { AccessKey } = await iam.createAccessKey({ UserName: USER });
      return () => iam.deleteAccessKey({ UserName: USER, AccessKeyId: AccessKey?.AccessKeyId });
    },
  },
  {
    what: "the user has a policy of its own",
    red: ["access/snowflake-policy"],
    spoil: async ({ aws: { iam } }) => {
      const policy = { UserName: USER, PolicyName: "theirs" };
      const PolicyDocument = document([allow("s3:ListAllMyBuckets", "*")]);
      await iam.putUserPolicy({ ...policy, PolicyDocument });
      return () => iam.deleteUserPolicy(policy);
    },
  },
];

/** Of the key of the exports. */
export const keySabotages: readonly Sabotage[] = [
  {
    what: "the key does not rotate",
    red: ["key/rotation"],
    spoil: async (world) => {
      await world.aws.kms.disableKeyRotation(keyOf(world));
      return () => world.aws.kms.enableKeyRotation(keyOf(world));
    },
  },
  {
    what: "the key's policy lets a stranger decrypt",
    red: ["key/policy"],
    spoil: (world) => rewrite(keyPolicy(world), widened(allow("kms:Decrypt", "*", STRANGER))),
  },
  {
    what: "the key waits for its deletion",
    red: ["key/state"],
    spoil: async (world) => {
      const { kms } = world.aws;
      await kms.scheduleKeyDeletion({ ...keyOf(world), PendingWindowInDays: 30 });
      return async () => {
        await kms.cancelKeyDeletion(keyOf(world));
        await kms.enableKey(keyOf(world));
      };
    },
  },
];

/** The sandbox's name of a stack is part of the user's. */
const USER = "SnowflakeS3User-sandbox-locked";

type RoleOutput = "braintrustRoleArn" | "snowflakeRoleArn" | "errorRoleArn";

function roleOf({ outputs }: World, output: RoleOutput): { RoleName: string } {
  return { RoleName: nameOfArn(outputs[output] ?? assert.fail(`the stack has no ${output}`)) };
}

function keyOf({ outputs }: World): { KeyId: string } {
  return { KeyId: outputs.kmsKeyArn ?? assert.fail("the stack has no key") };
}

function trust(world: World, output: RoleOutput): Kept {
  const { iam } = world.aws;
  const role = roleOf(world, output);
  return {
    read: async () => (await iam.getRole(role)).Role?.AssumeRolePolicyDocument,
    write: (PolicyDocument) => iam.updateAssumeRolePolicy({ ...role, PolicyDocument }),
  };
}

function assumedBy(principal: string): Statement {
  return { Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" };
}

function asking(condition: object | undefined): (statements: readonly Statement[]) => Statement[] {
  return (statements) =>
    statements.map(({ Condition: _, ...statement }) => ({
      ...statement,
      ...(condition && { Condition: condition }),
    }));
}

function document(Statement: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

async function inlinePolicy(world: World, output: RoleOutput, statement: Statement): Promise<Undo> {
  const { iam } = world.aws;
  const policy = { ...roleOf(world, output), PolicyName: "theirs" };
  await iam.putRolePolicy({ ...policy, PolicyDocument: document([statement]) });
  return () => iam.deleteRolePolicy(policy);
}

async function onlyAttachment(world: World, output: RoleOutput) {
  const role = roleOf(world, output);
  const { AttachedPolicies = [] } = await world.aws.iam.listAttachedRolePolicies(role);
  assert.equal(AttachedPolicies.length, 1);
  return { ...role, PolicyArn: AttachedPolicies[0]?.PolicyArn };
}

/** One statement more in the policy that a role has attached. */
async function attachedPolicy(world: World, output: RoleOutput, more: Statement): Promise<Undo> {
  const { PolicyArn } = await onlyAttachment(world, output);
  return rewrite(managedPolicy(world, PolicyArn), widened(more));
}

/** The version in force is the only one. */
function managedPolicy({ aws: { iam } }: World, PolicyArn: string | undefined): Kept {
  const inForce = async () => (await iam.getPolicy({ PolicyArn })).Policy?.DefaultVersionId;
  return {
    read: async () => {
      const VersionId = await inForce();
      return (await iam.getPolicyVersion({ PolicyArn, VersionId })).PolicyVersion?.Document;
    },
    write: async (PolicyDocument) => {
      const VersionId = await inForce();
      await iam.createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
      return iam.deletePolicyVersion({ PolicyArn, VersionId });
    },
  };
}

function keyPolicy(world: World): Kept {
  const { kms } = world.aws;
  const policy = { ...keyOf(world), PolicyName: "default" };
  return {
    read: async () => (await kms.getKeyPolicy(policy)).Policy,
    write: (Policy) => kms.putKeyPolicy({ ...policy, Policy }),
  };
}
