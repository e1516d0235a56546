import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";

/** Where the provider deploys to, as AWS says it: policies name no account, region or partition by hand. */
export interface Account {
  readonly accountId: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** `aws`, `aws-us-gov` or `aws-cn`. */
  readonly partition: pulumi.Output<string>;
}

/** Asks AWS who the provider is, with the provider of `parent`. */
export function readAccount(parent: pulumi.Resource): Account {
  return {
    accountId: getCallerIdentityOutput({}, { parent }).accountId,
    region: getRegionOutput({}, { parent }).region,
    partition: getPartitionOutput({}, { parent }).partition,
  };
}
