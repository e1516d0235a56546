import { z } from "zod";
import type { Settings } from "../../../components/settings/settings";
import type { ResourceState } from "../../engine/state/state";
import { policySchema, type Statement } from "../../policy-document";
import { misuse, type PreflightFinding } from "./finding";

/** One configuration of a bucket's notification, as far as people need to know it. */
interface NotificationEntry {
  readonly Id?: string | undefined;
  readonly QueueArn?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly LambdaFunctionArn?: string | undefined;
}

/** A bucket's notification, as S3 answers. */
export interface BucketNotification {
  readonly QueueConfigurations?: readonly NotificationEntry[] | undefined;
  readonly TopicConfigurations?: readonly NotificationEntry[] | undefined;
  readonly LambdaFunctionConfigurations?: readonly NotificationEntry[] | undefined;
  readonly EventBridgeConfiguration?: object | undefined;
}

const notificationInputs = z.object({
  queues: z.array(z.object({ id: z.string().optional() })).optional(),
  topics: z.array(z.object({ id: z.string().optional() })).optional(),
});

/** What a bucket has one of, so that an update's own takes the place of what others have there. */
export interface SoleResource {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  /** IAM action that shows it. */
  readonly action: string;
}

export const POLICY: SoleResource = {
  name: "policy",
  type: "aws:s3/bucketPolicy:BucketPolicy",
  content: "statements",
  action: "s3:GetBucketPolicy",
};
export const NOTIFICATION: SoleResource = {
  name: "notification",
  type: "aws:s3/bucketNotification:BucketNotification",
  content: "configurations",
  action: "s3:GetBucketNotification",
};

/** The stack's own, if it has one on this bucket. */
export function ownResource(
  bucket: string,
  { type }: SoleResource,
  resources: readonly ResourceState[],
): ResourceState | undefined {
  return resources.find((resource) => resource.type === type && resource.inputs?.bucket === bucket);
}

const REPLACE = "or let the update replace them with --replace-foreign";

/** Whether an update with these settings writes the notification of an existing bucket. */
export function writesNotification({ events, streams }: Settings): boolean {
  if (events.mode === "snowflake-queue") return streams.some(({ channel }) => channel !== undefined);
  return events.mode !== "none";
}

/** Configurations of the bucket's notification that the stack did not create: setting its own would replace them. */
export function foreignNotifications(
  bucket: string,
  live: BucketNotification,
  resources: readonly ResourceState[],
): PreflightFinding[] {
  const own = ownResource(bucket, NOTIFICATION, resources);
  const { queues = [], topics = [] } = notificationInputs.safeParse(own?.inputs ?? {}).data ?? {};
  const ids = new Set([...queues, ...topics].map(({ id }) => id));
  const entries = [
    ...(live.QueueConfigurations ?? []),
    ...(live.TopicConfigurations ?? []),
    ...(live.LambdaFunctionConfigurations ?? []),
  ];
  const foreign = entries
    .filter(({ Id }) => Id === undefined || !ids.has(Id))
    .map(
      ({ Id, QueueArn, TopicArn, LambdaFunctionArn }) =>
        `${Id ?? "one without an id"} to ${QueueArn ?? TopicArn ?? LambdaFunctionArn}`,
    );
  if (live.EventBridgeConfiguration !== undefined) foreign.push("EventBridge");
  if (foreign.length === 0) return [];
  return [
    misuse(
      `the notification of ${bucket} has configurations that this stack did not create, and S3 keeps one for a bucket: ${foreign.join(", ")}`,
      `have events.mode none and announce the files yourself, use another bucket, ${REPLACE}`,
    ),
  ];
}

/** Statements of the bucket's policy that the stack did not create: setting its own would replace them. */
export function foreignStatements(
  bucket: string,
  live: string | undefined,
  resources: readonly ResourceState[],
): PreflightFinding[] {
  if (live === undefined) return [];
  const own = ownResource(bucket, POLICY, resources);
  const sids = new Set(statementsOf(own?.inputs?.policy)?.map(({ Sid }) => Sid));
  const statements = statementsOf(live);
  const foreign =
    statements === undefined
      ? ["a document that cannot be read"]
      : statements
          .filter(({ Sid }) => Sid === undefined || !sids.has(Sid))
          .map(
            ({ Sid, Effect, Action }) =>
              `${Sid ?? "one without a Sid"} (${Effect} ${[Action].flat().join(", ")})`,
          );
  if (foreign.length === 0) return [];
  return [
    misuse(
      `the policy of ${bucket} has statements that this stack did not create, and S3 keeps one policy for a bucket: ${foreign.join("; ")}`,
      `name readers in crossAccountReaders and remove the rest, use another bucket, ${REPLACE}`,
    ),
  ];
}

function statementsOf(policy: unknown): Statement[] | undefined {
  if (typeof policy !== "string") return undefined;
  try {
    return policySchema.safeParse(JSON.parse(policy)).data;
  } catch {
    return undefined;
  }
}
