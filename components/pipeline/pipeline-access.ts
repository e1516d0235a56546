import { BraintrustRole, braintrustTrust } from "../access/braintrust-role";
import { BucketReplication } from "../access/replication";
import { SnowflakeReader } from "../access/snowflake-reader";
import { snowflakeTrust } from "../access/trust-policy";
import { EventsMode } from "../arguments";
import { BucketPolicy, foreignEncryption } from "../storage/bucket-policy";
import { EncryptionKeyPolicy } from "../storage/key-policy";
import type { PipelineBasis } from "./pipeline-args";
import type { PipelineStorage } from "./pipeline-storage";

/** Who writes exports, who reads them, and who replicates them. */
export type PipelineAccess = ReturnType<typeof createAccess>;

/** Creates the roles or users of Braintrust, Snowflake and a replication. */
export function createAccess(
  { pipeline, name, given, protect, account, names }: PipelineBasis,
  { bucket, bucketName, bucketArn, kmsKeyArn }: PipelineStorage,
) {
  const parent = { parent: pipeline };
  const { suffix, exportPrefix, iam } = given;
  const exports = { suffix, exportPrefix, bucketArn, account, kmsKeyArn, protect, iam };
  const trust = braintrustTrust(given, given.braintrustExternalIds, account);
  const { roleArn: braintrustRoleArn } = new BraintrustRole(
    `${name}-braintrust`,
    {
      ...exports,
      roleName: names.braintrustRole,
      policyName: names.braintrustPolicy,
      permissions: given.braintrustPermissions,
      trust,
    },
    parent,
  );
  const reader = new SnowflakeReader(
    `${name}-snowflake`,
    {
      ...exports,
      names,
      access: given.snowflakeAccess,
      accessKeys: given.accessKeys,
      trust: snowflakeTrust(given.snowflakeIamUserArn, given.snowflakeExternalId),
      network: given.snowflakeNetwork,
      forceDestroy: given.forceDestroy,
    },
    parent,
  );
  const replication =
    given.replication &&
    new BucketReplication(
      `${name}-replication`,
      {
        ...exports,
        bucketName,
        destination: given.replication,
        roleName: names.replicationRole,
        locked: given.objectLock !== undefined,
        dependsOn: bucket.versioning,
      },
      parent,
    );
  return { braintrustRoleArn, awaitsExports: trust !== undefined, reader, replication };
}

/** Creates the policies of bucket and key. Returns what encrypting with the stack's own key takes. */
export function createPolicies(
  { pipeline, name, given, account, audit }: PipelineBasis,
  { bucket, bucketName, bucketArn, key, kmsKeyArn, owner, sharing }: PipelineStorage,
  { braintrustRoleArn, reader, replication }: PipelineAccess,
) {
  const { crossAccountReaders } = given;
  new BucketPolicy(
    `${name}-bucket-policy`,
    {
      bucketName,
      bucketArn,
      exportPrefix: given.exportPrefix,
      crossAccountReaders,
      foreignEncryption: foreignEncryption(given.existingBucket, kmsKeyArn),
      owner,
      kmsKeyArn,
      statements: given.bucketPolicyStatements,
    },
    { ...sharing, dependsOn: bucket.dependencies },
  );
  if (key === undefined) return { kmsKeyArn: undefined, dependsOn: [] };
  const policy = new EncryptionKeyPolicy(
    `${name}-key-policy`,
    {
      keyId: key.keyId,
      keyArn: key.keyArn,
      account,
      bucketArn,
      writerArn: braintrustRoleArn,
      readerArns: [
        reader.principalArn,
        ...crossAccountReaders.map(({ arn }) => arn),
        ...(replication === undefined ? [] : [replication.roleArn]),
      ],
      encryptsTopic: given.eventsMode === EventsMode.Sns,
      encryptsAlerts: given.monitoring && given.alertTopicArn === undefined,
      audit,
    },
    { parent: pipeline },
  );
  return { kmsKeyArn: key.keyArn, dependsOn: [policy] };
}
