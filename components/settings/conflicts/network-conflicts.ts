import { type Problem, showValue } from "../problems";
import { awsRegionOfSnowflake } from "../rules/text-rules";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";

/**
 * A request carries a VPC or an endpoint only where it passes an endpoint to S3, and those reach buckets of their own region:
 * docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html, "Considerations". Snowflake's page on these ids,
 * docs.snowflake.com/en/user-guide/data-load-s3-allow, says the same.
 */
export function networkConflicts({ snowflake, snowflakeRegion, region }: Settings): Problem[] {
  const { network } = snowflake;
  if (network === undefined) return [];
  const key = "snowflake.network";
  if (network.vpcIds === undefined && network.vpcEndpointIds === undefined) {
    const rule = "names no network, so that Snowflake could read from nowhere";
    return [{ key, value: showValue(network), rule, fix: "set vpcIds or vpcEndpointIds, or remove it" }];
  }
  if (snowflakeRegion === undefined || snowflakeRegion === ENCRYPTED || region === undefined) return [];
  const theirs = awsRegionOfSnowflake(snowflakeRegion);
  if (theirs === region) return [];
  const rule = `cannot be used across regions: requests from ${theirs} to a bucket in ${region} pass no VPC endpoint, so that every read would be denied`;
  return [{ key, value: showValue(network), rule, fix: "deploy to Snowflake's region, or remove it" }];
}
