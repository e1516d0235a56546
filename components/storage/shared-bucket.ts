import type { input } from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import { PACKAGE, SHARED_NOTIFICATION, SHARED_POLICY } from "./share-names";

/** By which a bucket that others use too is reached: it takes what the AWS provider takes for its configuration. */
export class SharedBucketProvider extends pulumi.ProviderResource {
  public constructor(
    name: string,
    configuration: Readonly<Record<string, pulumi.Input<string>>>,
    opts?: pulumi.ResourceOptions,
  ) {
    super(PACKAGE, name, { ...configuration }, opts);
  }
}

/** What of a bucket's notification is this pipeline's. */
export interface SharedNotificationArgs {
  readonly bucket: pulumi.Input<string>;
  /** In the Ids of all that is this pipeline's, see `shareOwner`. */
  readonly owner: pulumi.Input<string>;
  readonly queues: input.s3.BucketNotificationQueue[];
  readonly topics: input.s3.BucketNotificationTopic[];
}

/**
 * This pipeline's configurations of a bucket's notification, beside those of others. Instead of `aws.s3.BucketNotification`,
 * which replaces what others have there, and whose state it adopts.
 */
export class SharedNotification extends pulumi.CustomResource {
  public constructor(name: string, args: SharedNotificationArgs, opts?: pulumi.CustomResourceOptions) {
    const aliases = [{ type: "aws:s3/bucketNotification:BucketNotification" }];
    super(SHARED_NOTIFICATION, name, { ...args }, { ...opts, aliases });
  }
}

/** What of a bucket's policy is this pipeline's. */
export interface SharedPolicyArgs {
  readonly bucket: pulumi.Input<string>;
  /** In the Sids of all that is this pipeline's, see `shareOwner`. */
  readonly owner: pulumi.Input<string>;
  /** A document of this pipeline's statements alone. */
  readonly policy: pulumi.Input<string>;
}

/**
 * This pipeline's statements of a bucket's policy, beside those of others. Instead of `aws.s3.BucketPolicy`, which
 * replaces what others have there, and whose state it adopts.
 */
export class SharedPolicy extends pulumi.CustomResource {
  public constructor(name: string, args: SharedPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    const aliases = [{ type: "aws:s3/bucketPolicy:BucketPolicy" }];
    super(SHARED_POLICY, name, { ...args }, { ...opts, aliases });
  }
}
