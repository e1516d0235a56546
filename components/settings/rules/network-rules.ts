import type { TextRule } from "./text-rules";

const resourceId = (kind: string) => new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`);

/** Ids have 8 or 17 hexadecimal digits: docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
export const vpcIdRule: TextRule = {
  holds: (id) => resourceId("vpc").test(id),
  rule: "must be the id of one VPC, vpc- and 8 or 17 hexadecimal digits",
  fix: "run SELECT SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO() in Snowflake as ACCOUNTADMIN, and pass its answer to `connect`",
  examples: ["vpc-c1c234a5", "vpc-0a1b2c3d4e5f67890"],
};

/** Endpoints that Snowflake's requests pass. */
export const vpcEndpointIdRule: TextRule = {
  holds: (id) => resourceId("vpce").test(id),
  rule: "must be the id of one VPC endpoint, vpce- and 8 or 17 hexadecimal digits",
  fix: "copy the id of the endpoint to S3 through which Snowflake reads",
  examples: ["vpce-1a2b3c4d", "vpce-0123456789abcdef0"],
};
