import type { NotificationConfiguration, S3 } from "@aws-sdk/client-s3";
import { orAbsent } from "../automation/aws/aws-errors";
import { isOwnedBy } from "../components/storage/share-names";
import { equivalent } from "./equivalence";
import {
  fittingShare,
  notificationProblems,
  notificationShare,
  ownConfigurations,
  ownNotification,
  splicedNotification,
} from "./notification-merge";
import { type ResourceKind, refuse } from "./resource-kind";
import { LOOK_AGAIN_MS, rewrite, type SharedDocument } from "./rewrite";

type Client = Pick<S3, "getBucketNotificationConfiguration" | "putBucketNotificationConfiguration">;

/** The notification of a bucket, of which a part is this pipeline's. */
export function sharedNotification(s3: Client, lookAgainMs = LOOK_AGAIN_MS): ResourceKind {
  return {
    async problems(inputs, olds) {
      const own = notificationShare.parse(inputs);
      if (isEmpty(own)) return [];
      const live = await documentOf(s3, own).get();
      return notificationProblems(live, ownConfigurations(own.owner, olds), own);
    },
    difference: (olds, news) => ({
      changed: ["owner", "queues", "topics"].some((key) => !equivalent(olds[key], news[key])),
      replaces: olds.bucket === news.bucket ? [] : ["bucket"],
    }),
    async write(inputs, olds) {
      const own = notificationShare.parse(inputs);
      // A stack that awaits its pipes' queues has nothing to write, and need not be allowed to.
      if (olds === undefined && isEmpty(own)) return inputs;
      const isOwn = ownConfigurations(own.owner, olds);
      const change = (live: NotificationConfiguration) => {
        refuse(notificationProblems(live, isOwn, own));
        return splicedNotification(live, isOwn, fittingShare(live, isOwn, own));
      };
      await rewrite(documentOf(s3, own), change, lookAgainMs);
      return inputs;
    },
    async read(state) {
      const own = notificationShare.parse(state);
      const live = await orAbsent(documentOf(s3, own).get(), "NoSuchBucket");
      return live === undefined ? undefined : ownNotification(live, own);
    },
    async remove(state) {
      const own = notificationShare.parse(state);
      if (isEmpty(own)) return;
      const isOwn = ownConfigurations(own.owner);
      const without = (live: NotificationConfiguration) => splicedNotification(live, isOwn, undefined);
      await orAbsent(rewrite(documentOf(s3, own), without, lookAgainMs), "NoSuchBucket");
    },
  };
}

function isEmpty({ queues, topics }: { readonly queues: object[]; readonly topics: object[] }): boolean {
  return queues.length + topics.length === 0;
}

function documentOf(
  s3: Client,
  { bucket: Bucket, owner }: { readonly bucket: string; readonly owner: string },
): SharedDocument<NotificationConfiguration> {
  return {
    what: "notification",
    async get() {
      const { $metadata, ...live } = await s3.getBucketNotificationConfiguration({ Bucket });
      return live;
    },
    async put(NotificationConfiguration) {
      await s3.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration });
    },
    ownNames: ({ QueueConfigurations = [], TopicConfigurations = [] }) =>
      [...QueueConfigurations, ...TopicConfigurations]
        .map(({ Id }) => Id)
        .filter((id) => isOwnedBy(id, owner)),
  };
}
