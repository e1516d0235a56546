import type { Evident } from "../../automation/controls/evidence";
import { partOf, pascal } from "./cloudformation-names";

/** A part of a bucket's inputs, as the program writes it. */
interface Rule {
  readonly id: string;
  readonly status: string;
  readonly filter: { readonly prefix?: string; readonly and?: { readonly prefix: string } };
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days: number };
  readonly noncurrentVersionExpiration?: object;
  readonly abortIncompleteMultipartUpload?: object;
}
interface Encryption {
  readonly applyServerSideEncryptionByDefault: {
    readonly sseAlgorithm: string;
    readonly kmsMasterKeyId?: string;
  };
  readonly bucketKeyEnabled?: boolean;
}
interface Notification {
  readonly events: readonly string[];
  readonly filterPrefix: string;
  readonly topicArn?: string;
  readonly queueArn?: string;
}
interface Parts {
  readonly BucketPublicAccessBlock: { readonly bucket: string };
  readonly BucketVersioning: { readonly versioningConfiguration: object };
  readonly BucketServerSideEncryptionConfiguration: { readonly rules: readonly Encryption[] };
  readonly BucketOwnershipControls: { readonly rule: object };
  readonly BucketLifecycleConfiguration: { readonly rules: readonly Rule[] };
  readonly BucketLogging: { readonly targetBucket: string; readonly targetPrefix: string };
  readonly BucketNotification: {
    readonly queues?: readonly Notification[];
    readonly topics?: readonly Notification[];
  };
  readonly BucketMetric: { readonly name: string; readonly filter: { readonly prefix: string } };
}

const renders: { readonly [Kind in keyof Parts]: (part: Parts[Kind]) => object } = {
  BucketPublicAccessBlock: ({ bucket, ...block }) => ({ PublicAccessBlockConfiguration: pascal(block) }),
  BucketVersioning: ({ versioningConfiguration }) => ({
    VersioningConfiguration: pascal(versioningConfiguration),
  }),
  BucketServerSideEncryptionConfiguration: ({ rules }) => ({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: rules.map(
        ({ applyServerSideEncryptionByDefault: by, bucketKeyEnabled }) => ({
          BucketKeyEnabled: bucketKeyEnabled,
          ServerSideEncryptionByDefault: { SSEAlgorithm: by.sseAlgorithm, KMSMasterKeyID: by.kmsMasterKeyId },
        }),
      ),
    },
  }),
  BucketOwnershipControls: ({ rule }) => ({ OwnershipControls: { Rules: [pascal(rule)] } }),
  BucketLifecycleConfiguration: ({ rules }) => ({
    LifecycleConfiguration: {
      Rules: rules.map((rule) => ({
        Id: rule.id,
        Status: rule.status,
        Prefix: rule.filter.prefix ?? rule.filter.and?.prefix,
        ExpirationInDays: rule.expiration?.days,
        Transitions: rule.transitions?.map(({ days, storageClass }) => ({
          TransitionInDays: days,
          StorageClass: storageClass,
        })),
        NoncurrentVersionExpiration: pascal(rule.noncurrentVersionExpiration),
        AbortIncompleteMultipartUpload: pascal(rule.abortIncompleteMultipartUpload),
      })),
    },
  }),
  BucketLogging: ({ targetBucket, targetPrefix }) => ({
    LoggingConfiguration: { DestinationBucketName: targetBucket, LogFilePrefix: targetPrefix },
  }),
  BucketNotification: ({ queues = [], topics = [] }) => ({
    NotificationConfiguration: {
      QueueConfigurations: configurations("Queue", queues),
      TopicConfigurations: configurations("Topic", topics),
    },
  }),
  BucketMetric: ({ name, filter }) => ({ MetricsConfigurations: [{ Id: name, Prefix: filter.prefix }] }),
};

function configurations(kind: "Queue" | "Topic", all: readonly Notification[]): object[] {
  return all.flatMap(({ events, filterPrefix, queueArn, topicArn }) =>
    events.map((Event) => ({
      Event,
      [kind]: queueArn ?? topicArn,
      Filter: { S3Key: { Rules: [{ Name: "prefix", Value: filterPrefix }] } },
    })),
  );
}

function typeOf(kind: string): string {
  return `aws:s3/b${kind.slice(1)}:${kind}`;
}

/** Types that are properties of a bucket in CloudFormation. */
export const bucketParts: readonly string[] = Object.keys(renders).map(typeOf);

/** A bucket with all of its parts. */
export function bucketProperties(bucket: unknown, all: readonly Evident[]): Record<string, unknown> {
  const parts = Object.entries(renders).flatMap(([kind, render]) =>
    partOf(all, typeOf(kind), "bucket", bucket).map(({ inputs }) =>
      (render as (part: unknown) => object)(inputs),
    ),
  );
  return Object.assign({ BucketName: bucket }, ...parts);
}
