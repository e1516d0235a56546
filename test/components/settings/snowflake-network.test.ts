import assert from "node:assert/strict";
import { deployProgram, problemsOf } from "../../support";
import { type Case, refuses } from "./refusals";

const READER = "pipeline-snowflake-policy";
const network = (given: object, more: object = {}) => ({ snowflake: { network: given }, ...more });
const vpc = { vpcIds: ["vpc-c1c234a5"] };
const across = (given: object): Case => [
  network(vpc, given),
  "snowflake.network",
  JSON.stringify(vpc),
  /across regions: requests from eu-central-1 to a bucket in us-east-1 pass no VPC endpoint/,
  /deploy to Snowflake's region, or remove it/,
];
const id = (given: object, key: string, value: string, rule: RegExp, fix: RegExp): Case => [
  network(given),
  key,
  JSON.stringify(value),
  rule,
  fix,
];

describe("snowflake.network", () => {
  const written = async (given: object, secretKeys: string[] = []) => {
    const { deployed } = await deployProgram(given as Record<string, unknown>, { secretKeys });
    return deployed.named(READER, "aws:iam/policy:Policy");
  };

  it("is accepted in Snowflake's region, however Snowflake names it, and where that is not known", () => {
    for (const snowflakeRegion of ["us-east-1", "AWS_US_EAST_1", "PUBLIC.AWS_US_EAST_1", undefined]) {
      const given = network(vpc, snowflakeRegion === undefined ? {} : { snowflakeRegion });
      assert.deepEqual(problemsOf(given), [], snowflakeRegion);
    }
    assert.deepEqual(problemsOf({ ...network(vpc), existingBucket: "acme", allowCrossRegion: true }), []);
  });

  it("changes nothing where the same ids stand in another order", async () => {
    const [one, other] = [
      ["vpc-c1c234a5", "vpc-0a1b2c3d4e5f67890"],
      ["vpc-0a1b2c3d4e5f67890", "vpc-c1c234a5"],
    ];
    const [first, second] = [
      await written(network({ vpcIds: one })),
      await written(network({ vpcIds: other })),
    ];
    assert.equal(first?.inputs.policy, second?.inputs.policy);
  });

  it("stays secret where snowflake is encrypted", async () => {
    assert.deepEqual((await written(network(vpc), ["snowflake"])).secretInputs, ["policy"]);
  });
});

refuses("networks from which nothing could be read", [
  across({ snowflakeRegion: "AWS_EU_CENTRAL_1", allowCrossRegion: true }),
  across({ snowflakeRegion: "eu-central-1", allowCrossRegion: true }),
  [network({}), "snowflake.network", "{}", /names no network/, /set vpcIds or vpcEndpointIds/],
  [network({ vpcIds: [] }), "snowflake.network.vpcIds", "[]", /at least 1 item/, /./],
  id(
    { vpcIds: ["vpc-*"] },
    "snowflake.network.vpcIds[0]",
    "vpc-*",
    /one VPC/,
    /SYSTEM\$GET_SNOWFLAKE_PLATFORM_INFO/,
  ),
  id({ vpcIds: ["vpce-1a2b3c4d"] }, "snowflake.network.vpcIds[0]", "vpce-1a2b3c4d", /one VPC/, /connect/),
  id(
    { vpcEndpointIds: ["vpc-c1c234a5"] },
    "snowflake.network.vpcEndpointIds[0]",
    "vpc-c1c234a5",
    /VPC endpoint/,
    /copy/,
  ),
]);
