import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { Encryption } from "../arguments";
import { defaultBucketName } from "../settings/bucket-name";
import { EncryptionKey } from "../storage/encryption-key";
import { ExportBucket } from "../storage/export-bucket";
import { shareOwner } from "../storage/share-names";
import type { CompleteArgs, PipelineBasis } from "./pipeline-args";
import { sharingOptions } from "./shared-provider";

/** The bucket of the exports and the key that they lie under, with what the other parts need to know of them. */
export type PipelineStorage = ReturnType<typeof createStorage>;

/** Creates the bucket and its key, unless the arguments name those that exist. */
export function createStorage({ pipeline, name, given, protect, account, names }: PipelineBasis) {
  const parent = { parent: pipeline };
  const { suffix, existingBucket } = given;
  const key =
    given.encryption === Encryption.Kms && given.kmsKeyArn === undefined
      ? new EncryptionKey(`${name}-key`, { suffix, aliasName: names.keyAlias, protect }, parent)
      : undefined;
  const kmsKeyArn = key?.keyArn ?? foreignKeyArn(given);
  const requestMetrics = given.monitoring && given.requestMetrics && existingBucket === undefined;
  const bucket = new ExportBucket(
    `${name}-bucket`,
    {
      existingBucket,
      bucketName: given.bucketName ?? ownBucketName(suffix, account),
      exportPrefix: given.exportPrefix,
      lifecycle: given.lifecycle,
      objectLock: given.objectLock,
      publicAccessBlock: given.publicAccessBlock,
      accessLogDays: given.accessLogs ? given.accessLogDays : undefined,
      requestMetrics,
      forceDestroy: given.forceDestroy,
      protect,
      account,
      kmsKeyArn,
    },
    parent,
  );
  const { bucketName, bucketArn } = bucket;
  return {
    bucket,
    bucketName,
    bucketArn,
    key,
    kmsKeyArn,
    /** Whether S3 counts the requests for the exports. */
    requestMetrics,
    /** In what this pipeline has on a bucket that others use too. */
    owner: existingBucket === undefined ? undefined : account.accountId.apply((id) => shareOwner(id, suffix)),
    /** Options of the policy and the notification of the bucket. */
    sharing: existingBucket === undefined ? parent : sharingOptions(pipeline, name),
  };
}

function ownBucketName(suffix: string, { accountId, region }: Account): pulumi.Output<string> {
  return pulumi.all([accountId, region]).apply(([id, place]) => defaultBucketName(suffix, id, place));
}

/** The key of the bucket where this stack does not create it. */
function foreignKeyArn(args: CompleteArgs): pulumi.Input<string> | undefined {
  if (args.existingBucket !== undefined) return args.existingKmsKeyArn;
  return args.encryption === Encryption.Kms ? args.kmsKeyArn : undefined;
}
