import { notifications } from "../../../components/events/snowpipe-events";
import type { Settings } from "../../../components/settings/settings";
import { ENCRYPTED } from "../../../components/settings/values";
import { ownedName, shareOwner } from "../../../components/storage/share-names";
import {
  type NotificationShare,
  notificationProblems,
  ownConfigurations,
} from "../../../provider/notification-merge";
import { ownSids, splicedPolicy } from "../../../provider/policy-merge";
import { errorLine, isDenied } from "../../aws/aws-errors";
import type { ResourceState } from "../../engine/state/state";
import { messageOf, throwMistake } from "../../errors";
import type { PreflightAws } from "./aws";
import { within } from "./deadline";
import { misuse, obstacle, type PreflightFinding, remark } from "./finding";

/** The bucket that an update is about to use, and what the stack has put there so far. */
export interface ExistingBucket {
  readonly bucket: string;
  readonly settings: Settings;
  readonly resources: () => Promise<readonly ResourceState[]>;
}

/** What of a bucket an update reads before it writes its part. */
const documents = {
  policy: "s3:GetBucketPolicy",
  notification: "s3:GetBucketNotification",
} as const;
type What = keyof typeof documents;

/**
 * What of the update's part S3 would refuse beside what others have on the bucket, or would keep it from being written: the
 * provider looks at the same again right before it writes.
 *
 * @param account in which the update runs.
 */
export async function lookAtExisting(
  { bucket, settings, resources }: ExistingBucket,
  account: string,
  aws: PreflightAws,
  deadline: AbortSignal,
): Promise<PreflightFinding[]> {
  if (bucket === ENCRYPTED) {
    return [
      remark("the existing bucket was not checked: its name is encrypted", "write its name in plain text"),
    ];
  }
  const owner = shareOwner(account, settings.stack);
  const own = ownConfiguration(bucket, owner, settings);
  const deployed = (await resources()).find(
    ({ type, inputs }) => /:(Bucket|Shared)Notification$/.test(type) && inputs?.bucket === bucket,
  );
  const writesNotification = own.queues.length > 0 || deployed !== undefined;
  const [policy, notification] = await Promise.all([
    answered(bucket, "policy", settings, within(deadline, aws.policy(bucket, deadline))),
    writesNotification
      ? answered(bucket, "notification", settings, within(deadline, aws.notification(bucket, deadline)))
      : {},
  ]);
  // Both say the same of a bucket that is elsewhere or nowhere.
  if (isFinding(policy) && policy.cause === "settings") return [policy];
  return [
    ...(isFinding(policy) ? [policy] : judgePolicy(bucket, owner, policy)),
    ...(isFinding(notification)
      ? [notification]
      : notificationProblems(notification, ownConfigurations(owner, deployed?.inputs), own).map(
          ({ message, fix }) => misuse(message, fix),
        )),
  ];
}

function judgePolicy(bucket: string, owner: string, live: string | undefined): PreflightFinding[] {
  try {
    splicedPolicy(live, ownSids(owner), undefined);
    return [];
  } catch (error) {
    throwMistake(error);
    return [obstacle(`the policy of ${bucket}: ${messageOf(error)}`, "have its owner correct it")];
  }
}

/** What the stack asks for, as far as filters say; a topic or queue of its own may not exist yet. */
function ownConfiguration(bucket: string, owner: string, settings: Settings): NotificationShare {
  const { mode, fileEvents, suffix } = settings.events;
  const { queues } = notifications(
    settings.streams,
    { mode, fileEvents, fileSuffix: suffix },
    mode === "none" ? {} : { queueArn: "the stack's own" },
  );
  return {
    bucket,
    owner,
    topics: [],
    queues: queues.map(({ id, filterPrefix, filterSuffix, queueArn }) => ({
      id: ownedName(String(id), owner),
      events: [...fileEvents],
      filterPrefix: String(filterPrefix ?? ""),
      filterSuffix: String(filterSuffix ?? ""),
      queueArn: String(queueArn),
    })),
  };
}

/** What S3 has, or why the update cannot continue. */
async function answered<Live>(
  bucket: string,
  what: What,
  { region = "the provider's region" }: Settings,
  asked: Promise<Live>,
): Promise<Live | PreflightFinding> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucket") {
      return misuse(`there is no bucket ${bucket}`, "correct existingBucket");
    }
    const actual = regionOfRedirect(error);
    if (actual !== undefined) {
      return misuse(
        `${bucket} is in ${actual}, and the stack in ${region}: events and policies are those of the bucket's own region`,
        `set aws:region to ${actual}, or name a bucket of ${region} in existingBucket`,
      );
    }
    throwMistake(error);
    const message = `the ${what} of ${bucket} cannot be read: ${errorLine(error)}`;
    return isDenied(error)
      ? obstacle(
          `${message}; what others have there could not be kept`,
          `grant the caller ${documents[what]}`,
        )
      : remark(message, "the update reads it again before it writes");
  }
}

function isFinding(answer: unknown): answer is PreflightFinding {
  return typeof answer === "object" && answer !== null && "severity" in answer;
}

/** Where the bucket is, by S3's answer to who asks for it in another region. */
function regionOfRedirect(error: unknown): string | undefined {
  if (!(error instanceof Error) || !/^(PermanentRedirect|AuthorizationHeaderMalformed)$/.test(error.name)) {
    return undefined;
  }
  const { Region, $response } = error as Error & {
    readonly Region?: string;
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return Region ?? $response?.headers?.["x-amz-bucket-region"];
}
