import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type {
  AlertEmailArgs,
  CrossAccountReaderArgs,
  EventsMode,
  ManagementEvents,
  StreamArgs,
} from "../arguments";
import type { PhysicalNames } from "../physical-names";
import type { CostGuardArgs } from "./cost-guard";

/** What of a pipeline is watched, and who is notified. What is absent is not watched. */
export interface MonitoringArgs extends Omit<CostGuardArgs, "alertTopicArn"> {
  readonly account: Account;
  readonly names: PhysicalNames;
  /** Each receives a mail that asks to confirm the subscription. */
  readonly alertEmails: readonly AlertEmailArgs[];
  /** A topic that exists already. @default one of the stack's own */
  readonly alertTopicArn?: pulumi.Input<string>;
  /** Key for the topic, whose policy lets the alerting services use it. @default no encryption at rest */
  readonly kmsKeyArn?: pulumi.Input<string>;

  readonly exportPrefix: string;
  /** Buckets of log files: of the trail, and of S3's access logs. */
  readonly logBucketNames: readonly pulumi.Input<string>[];
  readonly streams: readonly StreamArgs[];
  /** Whether S3 counts the requests for the exports. */
  readonly requestMetrics: boolean;
  /** Braintrust can write: before, missing exports are no fault. */
  readonly awaitsExports: boolean;
  readonly exportEveryHours: number;
  readonly anomalyDetection: boolean;
  readonly compositeAlarm: boolean;
  readonly dashboard: boolean;

  readonly eventsMode: EventsMode;
  readonly eventQueueArn?: pulumi.Input<string>;
  readonly eventDeadLetterQueueArn?: pulumi.Input<string>;
  readonly eventTopicArn?: pulumi.Input<string>;
  /** Messages in the queue. @default 1000 in `queue`, else no alarm */
  readonly queueDepth?: number;
  /** Age of the oldest message in the queue. @default 24 in `queue`, else no alarm */
  readonly queueAgeHours?: number;
  /** Snowflake's reports of files that it could not load. */
  readonly errorQueueArn?: pulumi.Input<string>;
  readonly errorDeadLetterQueueArn?: pulumi.Input<string>;
  readonly errorTopicArn?: pulumi.Input<string>;

  /** Log group of the audit trail, for metric filters. */
  readonly logGroupName?: pulumi.Input<string>;
  /** Name of the stack's own trail. @default an existing one, which is its owner's to watch */
  readonly trailName?: string;
  /** Name of the role by which that trail writes to its log group, with an asterisk for what Pulumi adds. */
  readonly trailRoleName?: string | undefined;
  readonly managementEvents: ManagementEvents;
  /** Whether S3 assumes a role that may read the exports, to copy them. */
  readonly replicates: boolean;
  readonly braintrustRoleArn: pulumi.Input<string>;
  /** Who reads: role or user. */
  readonly snowflakePrincipalArn: pulumi.Input<string>;
  /** @default Snowflake reads as a user */
  readonly snowflakeRoleArn?: pulumi.Input<string>;
  readonly crossAccountReaders: readonly CrossAccountReaderArgs[];
  /** Key of the stack's own. */
  readonly keyId?: pulumi.Input<string>;
}
