import * as pulumi from "@pulumi/pulumi";

// Objects and not bare unions: only these have names in the schema of a Pulumi package.

/** How Snowflake shows who it is. */
export const SnowflakeAccess = {
  /** A role for a storage integration. */
  Role: "role",
  /** A user with access keys. */
  User: "user",
} as const;
export type SnowflakeAccess = (typeof SnowflakeAccess)[keyof typeof SnowflakeAccess];

/** What Braintrust's role may do. */
export const BraintrustPermissions = {
  /** What Braintrust documents. */
  Standard: "standard",
  /** An export without any read. */
  Least: "least",
} as const;
export type BraintrustPermissions = (typeof BraintrustPermissions)[keyof typeof BraintrustPermissions];

/** Where the bucket sends its events. */
export const EventsMode = {
  /** The queues of Snowflake's pipes. */
  SnowflakeQueue: "snowflake-queue",
  /** A topic that Snowflake and others subscribe to. */
  Sns: "sns",
  /** A queue of this stack. */
  Queue: "queue",
  /** Nowhere. */
  None: "none",
} as const;
export type EventsMode = (typeof EventsMode)[keyof typeof EventsMode];

/** Encryption of the exports at rest. */
export const Encryption = {
  /** SSE-S3. */
  S3: "s3",
  /** SSE-KMS with a key of this stack. */
  Kms: "kms",
} as const;
export type Encryption = (typeof Encryption)[keyof typeof Encryption];

/** Who blocks public access to the buckets. */
export const PublicAccessBlock = {
  /** Each bucket of this stack. */
  Bucket: "bucket",
  /** The account, where an organization forbids settings of single buckets. */
  Account: "account",
} as const;
export type PublicAccessBlock = (typeof PublicAccessBlock)[keyof typeof PublicAccessBlock];

/** What an organization demands of every role, user, group and policy. */
export interface IamArgs {
  /** Path of all of them. @default / */
  readonly path?: string;
  /** Permissions boundary of roles and users. @default none */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
}

/** A bucket elsewhere that exports are replicated to. */
export interface ReplicationArgs {
  readonly bucketArn: pulumi.Input<string>;
  /** Account of that bucket, which then owns the replicas. @default this one */
  readonly accountId?: pulumi.Input<string>;
  /** Key of the replicas, in the region of that bucket. @default SSE-S3 */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** @default that of the export */
  readonly storageClass?: string;
}

/** Where a principal must come from. */
export interface NetworkArgs {
  /** VPCs that its requests come from. @default none */
  readonly vpcIds?: pulumi.Input<string>[];
  /** VPC endpoints that its requests pass. @default none */
  readonly vpcEndpointIds?: pulumi.Input<string>[];
}

/** Storage classes that exports move to. */
export const LifecycleProfile = {
  /** STANDARD_IA, GLACIER, DEEP_ARCHIVE: cheap, and not readable at once. */
  Archive: "archive",
  /** Classes that are readable at once. */
  Instant: "instant",
  /** No transitions. */
  None: "none",
} as const;
export type LifecycleProfile = (typeof LifecycleProfile)[keyof typeof LifecycleProfile];

/** Who may shorten a lock on objects. */
export const ObjectLockMode = {
  /** Identities that have s3:BypassGovernanceRetention. */
  Governance: "GOVERNANCE",
  /** Nobody, the account's root included. */
  Compliance: "COMPLIANCE",
} as const;
export type ObjectLockMode = (typeof ObjectLockMode)[keyof typeof ObjectLockMode];

/** Events of a trail in addition to those on the exports. */
export const ManagementEvents = { All: "all", Write: "write", None: "none" } as const;
export type ManagementEvents = (typeof ManagementEvents)[keyof typeof ManagementEvents];

/** Whether AWS accepts an access key. */
export const AccessKeyStatus = { Active: "Active", Inactive: "Inactive" } as const;
export type AccessKeyStatus = (typeof AccessKeyStatus)[keyof typeof AccessKeyStatus];

/** One Braintrust export automation. */
export interface StreamArgs {
  /** Names the stream's resources. */
  readonly name: string;
  /** Whole key prefix, ending in "/". */
  readonly prefix: string;
  /** ARN of the pipe's queue in Snowflake's account. Of more than 100 streams, those with one queue have the same value here. */
  readonly channel?: pulumi.Input<string>;
}

/** A principal of another account that reads exports. */
export interface CrossAccountReaderArgs {
  readonly arn: pulumi.Input<string>;
  /** Key prefixes below which it reads. @default the export prefix */
  readonly prefixes?: string[];
}

/** A lock on every object for so many days. */
export interface ObjectLockArgs {
  readonly mode: ObjectLockMode;
  readonly days: number;
}

/** What becomes of exports with time; days count from the upload. */
export interface LifecycleArgs {
  readonly profile: LifecycleProfile;
  /** To STANDARD_IA, which takes objects of 30 days and more. */
  readonly standardIaDays: number;
  /** To GLACIER, in `archive`. */
  readonly glacierDays: number;
  /** To DEEP_ARCHIVE, in `archive`. */
  readonly deepArchiveDays: number;
  /** To GLACIER_IR, in `instant`. */
  readonly glacierIrDays: number;
  /** In `instant`: INTELLIGENT_TIERING at once, in place of transitions. */
  readonly intelligentTiering: boolean;
  /** Days without a read until Intelligent-Tiering archives. @default never */
  readonly archiveAccessDays?: number;
  /** Days without a read until Intelligent-Tiering archives deeply. @default never */
  readonly deepArchiveAccessDays?: number;
  /** Until an export is deleted. @default never */
  readonly expireDays?: number;
  /** Smaller exports stay in S3 Standard. @default S3's 128 KB */
  readonly minimumObjectSizeBytes?: number;
  /** Until a version that was overwritten or deleted is gone. */
  readonly noncurrentDays: number;
  /** Until an unfinished upload is removed. */
  readonly abortMultipartDays: number;
}

/** A generation of the access key of Snowflake's user. */
export interface AccessKeyArgs {
  /** Part of the key's Pulumi name: a new one makes a new key. */
  readonly name: string;
  /** @default Active */
  readonly status?: AccessKeyStatus;
}

/** A recipient of alerts. */
export interface AlertEmailArgs {
  /** Part of the subscription's logical name: a recipient keeps it wherever it stands in a list. */
  readonly key: string;
  readonly address: pulumi.Input<string>;
  /** Logical name that the state of an earlier version has for the subscription. */
  readonly formerName?: pulumi.Input<string | undefined>;
}

/** A tag of every resource of the stack, by which AWS can tell its costs from the account's. */
export interface CostTagArgs {
  readonly key: string;
  readonly value: string;
}

/**
 * What of a component's arguments is registered as its inputs, where policy packs and the state see them: all that is known
 * before any resource exists. A component's children wait for its inputs, a bucket for the role that its policy alone names;
 * so outputs are left out.
 */
export function knownInputs(args: object): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(args)
      .map(([key, value]) => [key, known(value)])
      .filter(([, value]) => value !== undefined),
  );
}

function known(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(known).filter((item) => item !== undefined);
    return items.length === 0 && value.length > 0 ? undefined : items;
  }
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.Output.isInstance(value) || pulumi.Resource.isInstance(value) || value instanceof Promise) {
    return undefined;
  }
  const inputs = knownInputs(value);
  return Object.keys(inputs).length === 0 ? undefined : inputs;
}
