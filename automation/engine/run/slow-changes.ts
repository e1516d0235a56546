import type { SlowStep } from "../../terminal/progress";
import type { Change } from "../changes";

/**
 * Changes for which the AWS provider always waits long: after a write it reads until several answers in a row agree, because
 * S3 and SQS answer from places that learn of it at different times. The figures are those of its source, terraform-provider-aws:
 * waitLifecycleConfigEquals of internal/service/s3/bucket_lifecycle_configuration.go (10 s, then 10 answers 5 s apart),
 * waitQueueAttributesPropagated (6 answers 5 s apart) and waitQueueDeleted (15 answers 3 s apart) of internal/service/sqs/queue.go.
 */
const slowTypes: Readonly<Record<string, { readonly written?: SlowStep; readonly deleted?: SlowStep }>> = {
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    written: agreeing(55, "S3 has confirmed the rules ten times in a row"),
  },
  "aws:sqs/queue:Queue": {
    written: agreeing(25, "SQS has confirmed the attributes six times in a row"),
    deleted: agreeing(42, "SQS has reported fifteen times in a row that the queue is gone"),
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    written: agreeing(25, "SQS has confirmed the policy six times in a row"),
  },
};

/** Why a change takes long; `undefined` where nothing is known. */
export function slowChange({ type, operation }: Pick<Change, "type" | "operation">): SlowStep | undefined {
  if (operation === "replace") return undefined;
  const slow = slowTypes[type];
  return operation.startsWith("delete") ? slow?.deleted : slow?.written;
}

function agreeing(seconds: number, what: string): SlowStep {
  return { seconds, why: `the AWS provider waits until ${what}` };
}
