import type {
  LifecycleRule,
  LoggingEnabled,
  NotificationConfiguration,
  ServerSideEncryptionByDefault,
} from "@aws-sdk/client-s3";
import type { CallerAccount } from "../deploy/recovery/pending-operations";
import type { ResourceState } from "../engine/state/state";

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** A bucket, as far as the program manages it. */
export interface FoundBucket {
  readonly name: string;
  readonly region: string;
  readonly tags: Tags;
  readonly versioning: string | undefined;
  readonly encryption: ServerSideEncryptionByDefault | undefined;
  /** ARN of its key, and whether that is AWS's own. */
  readonly key: { readonly arn: string; readonly managed: boolean } | undefined;
  readonly blocksPublicAccess: boolean;
  readonly hasOwnershipControls: boolean;
  /** Grantees of its ACL other than its owner. */
  readonly aclGrantees: readonly string[];
  readonly lifecycleRules: readonly LifecycleRule[];
  readonly policy: string | undefined;
  readonly notification: NotificationConfiguration;
  readonly logging: LoggingEnabled | undefined;
  /** Folders at its root, each ending in "/". */
  readonly folders: readonly string[];
  /** Whether it holds anything. */
  readonly holdsObjects: boolean;
}

/** A policy that somebody has attached. */
export interface Attached {
  readonly arn: string;
  readonly name: string;
}

/** A role or a user. */
export interface FoundIdentity {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  readonly boundaryArn: string | undefined;
  readonly tags: Tags;
  readonly attached: readonly Attached[];
  /** Names of its inline policies. */
  readonly inline: readonly string[];
}

/** A role with its trust policy as JSON. */
export interface FoundRole extends FoundIdentity {
  readonly trust: string;
}

/** A user with its access keys. */
export interface FoundUser extends FoundIdentity {
  readonly keyIds: readonly string[];
}

/** A customer-managed policy. */
export interface FoundPolicy extends Attached {
  readonly path: string;
  readonly tags: Tags;
  readonly document: string;
  /** Roles that have it. */
  readonly roles: readonly string[];
}

/** A queue as AWS has it. */
export interface FoundQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly policy: string | undefined;
  readonly tags: Tags;
  /** ARN of its dead-letter queue. */
  readonly deadLetterArn: string | undefined;
  /** URL of the queue that the program would create for that. */
  readonly ownDeadLetterUrl: string | undefined;
}

/** A topic as AWS has it. */
export interface FoundTopic {
  readonly name: string;
  readonly arn: string;
  readonly policy: string;
  readonly tags: Tags;
}

/** A trail as AWS has it. */
export interface FoundTrail {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly organization: boolean;
  /** Buckets and other resources whose data events it records in addition to the exports. */
  readonly otherDataEvents: readonly string[];
  readonly bucket: string;
  /** Name of its log group. */
  readonly logGroup: string | undefined;
  readonly tags: Tags;
}

/** What the account has of what was looked for. */
export interface Found {
  readonly account: CallerAccount;
  readonly bucket?: FoundBucket | undefined;
  readonly exportRole?: FoundRole | undefined;
  readonly exportPolicy?: FoundPolicy | undefined;
  readonly user?: FoundUser | undefined;
  readonly readerRole?: FoundRole | undefined;
  readonly readPolicy?: FoundPolicy | undefined;
  readonly queue?: FoundQueue | undefined;
  readonly topic?: FoundTopic | undefined;
  readonly trail?: FoundTrail | undefined;
}

/** What was found of all that, without the account. */
export function definedOf({ account: _, ...found }: Found): Omit<Found, "account"> {
  return Object.fromEntries(Object.entries(found).filter(([, one]) => one !== undefined));
}

/** What of it the stack does not manage yet, by the ids in its state. */
export function unmanagedOf(found: Found, resources: readonly ResourceState[]): Found {
  const ids = new Set(resources.map(({ type, id }) => `${type} ${id}`));
  const rest = Object.entries(definedOf(found)).filter(([key, one]) => {
    const { type, id } = identities[key as keyof typeof identities];
    return !ids.has(`${type} ${id(one as never)}`);
  });
  return { account: found.account, ...Object.fromEntries(rest) };
}

/** What each is to the provider. */
const identities = {
  bucket: { type: "aws:s3/bucket:Bucket", id: ({ name }: FoundBucket) => name },
  exportRole: { type: "aws:iam/role:Role", id: ({ name }: FoundRole) => name },
  exportPolicy: { type: "aws:iam/policy:Policy", id: ({ arn }: FoundPolicy) => arn },
  user: { type: "aws:iam/user:User", id: ({ name }: FoundUser) => name },
  readerRole: { type: "aws:iam/role:Role", id: ({ name }: FoundRole) => name },
  readPolicy: { type: "aws:iam/policy:Policy", id: ({ arn }: FoundPolicy) => arn },
  queue: { type: "aws:sqs/queue:Queue", id: ({ url }: FoundQueue) => url },
  topic: { type: "aws:sns/topic:Topic", id: ({ arn }: FoundTopic) => arn },
  trail: { type: "aws:cloudtrail/trail:Trail", id: ({ arn }: FoundTrail) => arn },
} satisfies Readonly<Record<keyof Omit<Found, "account">, { type: string; id: (one: never) => string }>>;

/** Names to look for. */
export interface Names {
  /** @default the bucket that the export policy names */
  readonly bucket: string | undefined;
  readonly exportRole: string;
  readonly exportPolicy: string;
  readonly user: string;
  /** @default a role that has the read policy */
  readonly readerRole: string | undefined;
  readonly readPolicy: string;
  readonly queue: string;
  readonly topic: string;
  /** @default none is looked for: the guide names none */
  readonly trail: string | undefined;
}
