import { isStateful } from "../../components/stateful";
import type { Environment } from "../environment";
import { type Resource, type ResourceRule, type StackRule, UNKNOWN } from "../rule";
import { bucketsOf, isBucket, isOfBucket } from "./buckets";

/** What others may add that holds data, in addition to what the pipeline itself has. */
const dataStores =
  /^aws:(s3\/(bucketV2|directoryBucket)|dynamodb\/table|dynamodb\/globalTable|rds\/(instance|cluster|globalCluster)|efs\/fileSystem|ebs\/volume|redshift\/cluster|redshiftserverless\/namespace|opensearch\/domain|docdb\/cluster|neptune\/cluster|kinesis\/stream|backup\/vault|ecr\/repository|kms\/(replicaKey|externalKey)|s3tables\/tableBucket):/;

function isInProduction({ urn }: Resource, environment: Environment): boolean {
  return environment.isProduction(urn.split(":")[2] ?? "");
}

/** In production nothing that holds data can be deleted by mistake. */
export const protectedData: ResourceRule = {
  name: "protected-data",
  description:
    "In production, what holds data or an identity is protected, and keeps what is deleted from it.",
  fix: "Set protect: true (the setting protect covers the whole pipeline), forceDestroy: false, versioning Enabled, and 30 days before a key or secret is deleted.",
  *check(resource, environment) {
    if (!isInProduction(resource, environment)) return;
    const { urn, type, properties } = resource;
    if (!resource.protect && (isStateful(urn) || dataStores.test(type))) yield "it is not protected";
    if (properties.forceDestroy === true || properties.forceDelete === true) {
      yield "it is deleted together with all that it holds";
    }
    yield* shortWindow(properties.deletionWindowInDays, "deletionWindowInDays");
    yield* shortWindow(properties.recoveryWindowInDays, "recoveryWindowInDays");
    if (type.startsWith("aws:s3/bucketVersioning")) {
      const configuration = properties.versioningConfiguration;
      const status = typeof configuration === "object" && configuration !== null && "status" in configuration;
      if (status && configuration.status !== "Enabled" && configuration.status !== UNKNOWN) {
        yield `versioning is ${String(configuration.status)}`;
      }
    }
  },
};

function* shortWindow(days: unknown, property: string): Iterable<string> {
  if (typeof days === "number" && days < 30) yield `${property} is ${days}`;
}

/** In production every bucket keeps overwritten and deleted objects. */
export const versionedBuckets: StackRule = {
  name: "versioned-buckets",
  description: "In production, every bucket keeps earlier versions of its objects.",
  fix: "Add an aws.s3.BucketVersioning with status Enabled.",
  *checkStack(resources, environment) {
    for (const bucket of bucketsOf(resources)) {
      if (!isInProduction(bucket, environment)) continue;
      const isVersioned = resources.some(
        (other) => other.type.startsWith("aws:s3/bucketVersioning") && isOfBucket(other, bucket),
      );
      if (isBucket(bucket) && !isVersioned)
        yield { resource: bucket, problem: "the bucket is not versioned" };
    }
  },
};
