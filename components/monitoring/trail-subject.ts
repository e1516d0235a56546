import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";

/** Whose events in a trail's log group are of interest. */
export interface TrailSubject {
  /** Of the pipeline: names of metrics and alarms have it. */
  readonly suffix: string;
  readonly logGroupName: pulumi.Input<string>;
  readonly account: Pick<Account, "accountId">;
  readonly bucketName: pulumi.Input<string>;
  /** Prefix below which others' accesses are counted: the bucket has other files too. @default the whole bucket */
  readonly sharedPrefix?: string | undefined;
  /** Buckets of log files: of the trail, and of S3's access logs. */
  readonly logBucketNames: readonly pulumi.Input<string>[];
  /** Whose writes are expected. */
  readonly writer: pulumi.Input<string>;
  /** ARN of the topic that alarms notify. @default one that others watch */
  readonly alertTopicArn?: pulumi.Input<string> | undefined;
  /** Principals of this account that may read: the two roles, or the user. */
  readonly readers: readonly pulumi.Input<string>[];
  /** ARNs of readers of other accounts. */
  readonly crossAccountReaders: readonly pulumi.Input<string>[];
  /** Names of the stack's roles, users and groups. */
  readonly roleNames: readonly string[];
  readonly userNames: readonly string[];
  readonly groupNames: readonly string[];
  /** Names of the stack's managed policies. */
  readonly policyNames: readonly string[];
  readonly roleArns: readonly pulumi.Input<string>[];
  readonly keyId?: pulumi.Input<string> | undefined;
  /** Name of the stack's own trail. @default an existing one, which is its owner's to watch */
  readonly trailName?: string | undefined;
  /** Whether the trail has management events: changes of policies, roles and keys are such. */
  readonly managementEvents: boolean;
}
