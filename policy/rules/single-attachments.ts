import type { ResourceRule, StackResource, StackRule, Violation } from "../rule";
import { isBucket, isBucketPolicy, isNotification, nameOf } from "./buckets";

/** Where AWS keeps one of a kind, and the provider lets the last one written win. */
const single = [
  { what: "bucket policy", of: "bucket", is: isBucketPolicy },
  { what: "bucket notification", of: "bucket", is: isNotification },
  {
    what: "topic policy",
    of: "arn",
    is: ({ type }: StackResource) => type === "aws:sns/topicPolicy:TopicPolicy",
  },
  {
    what: "queue policy",
    of: "queueUrl",
    is: ({ type }: StackResource) => type === "aws:sqs/queuePolicy:QueuePolicy",
  },
  {
    what: "key policy",
    of: "keyId",
    is: ({ type }: StackResource) => type === "aws:kms/keyPolicy:KeyPolicy",
  },
];

/** No two resources write the same policy or notification. */
export const onePolicyAndNotification: StackRule = {
  name: "one-policy-and-notification",
  description: "A bucket has one policy and one notification, each written by one resource.",
  fix: "Keep one of them, and add what the other says: statements by the setting bucketPolicyStatements, destinations by events.",
  *checkStack(resources) {
    for (const { what, of, is } of single) yield* twice(resources.filter(is), what, of);
  },
};

function* twice(resources: readonly StackResource[], what: string, of: string): Iterable<Violation> {
  const first = new Map<string, StackResource>();
  for (const resource of resources) {
    const target = nameOf(resource, of);
    if (target === undefined) continue;
    const other = first.get(target);
    if (other === undefined) first.set(target, resource);
    else yield { resource, problem: `it overwrites the ${what} that ${other.name} writes` };
  }
}

/** A bucket's own `policy` is a second writer of the same policy. */
export const noInlineBucketPolicy: ResourceRule = {
  name: "no-inline-bucket-policy",
  description: "A bucket's policy is a resource of its own.",
  fix: "Move it to an aws.s3.BucketPolicy, of which there is one for each bucket.",
  *check(resource) {
    if (isBucket(resource) && resource.properties.policy !== undefined) {
      yield "the bucket has a policy among its own properties";
    }
  },
};
