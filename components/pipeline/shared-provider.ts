import type * as pulumi from "@pulumi/pulumi";
import { providerConfiguration } from "../settings/read-settings";
import { SHARED_POLICY } from "../storage/share-names";
import { SharedBucketProvider } from "../storage/shared-bucket";

/** Options of what a pipeline has on a bucket that others use too: with a provider of its own, unless it was given one. */
export function sharingOptions(
  pipeline: pulumi.ComponentResource,
  name: string,
): pulumi.ComponentResourceOptions {
  const parent = { parent: pipeline };
  if (pipeline.getProvider(SHARED_POLICY) !== undefined) return parent;
  return {
    ...parent,
    providers: [new SharedBucketProvider(`${name}-shared-bucket`, providerConfiguration(), parent)],
  };
}
