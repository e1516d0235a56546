import { SHARED_NOTIFICATION, SHARED_POLICY } from "../../components/storage/share-names";
import { type Resource, type StackResource, UNKNOWN } from "../rule";

/** The provider's types of buckets, the deprecated one too. */
export const isBucket = ({ type }: Resource): boolean => /^aws:s3\/bucket(V2)?:/.test(type);

/** The buckets among resources. */
export function bucketsOf(resources: readonly StackResource[]): StackResource[] {
  return resources.filter(isBucket);
}

/** What is the policy of a bucket. */
export const isBucketPolicy = ({ type }: Resource): boolean =>
  type === "aws:s3/bucketPolicy:BucketPolicy" || type === SHARED_POLICY;

/** What is the notification of a bucket. */
export const isNotification = ({ type }: Resource): boolean =>
  type === "aws:s3/bucketNotification:BucketNotification" || type === SHARED_NOTIFICATION;

/** Whether the resource's `bucket` is this one. */
export function isOfBucket(resource: StackResource, bucket: StackResource): boolean {
  return isOf(resource, "bucket", bucket);
}

/**
 * Whether a property names the other resource: by its value or, as long as that is unknown, by where it comes from. A value that
 * comes from nowhere, as those of components in other languages do, may be any: better judged by `up` than wrongly by a preview.
 */
export function isOf(resource: StackResource, property: string, other: StackResource): boolean {
  const value = resource.properties[property];
  if (typeof value !== "string") {
    const sources = resource.sources(property);
    return sources.length === 0 ? value === UNKNOWN : sources.includes(other.urn);
  }
  return [other.properties.bucket, other.properties.id, other.properties.arn, other.properties.url].includes(
    value,
  );
}

/** What a property names, in a form that is equal for all who name the same. */
export function nameOf(resource: StackResource, property: string): string | undefined {
  const value = resource.properties[property];
  return typeof value === "string" ? value.replace(/^arn:[a-z-]+:s3:::/, "") : resource.sources(property)[0];
}
