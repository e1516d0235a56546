import assert from "node:assert/strict";
import { SnowflakeReader, type SnowflakeReaderArgs } from "../../../components/access/snowflake-reader";
import { snowflakeTrust } from "../../../components/access/trust-policy";
import { physicalNames } from "../../../components/physical-names";
import { account, deploy, resolved } from "../../support";

const bucketArn = "arn:aws:s3:::acme-exports";
const user = "arn:aws:iam::444455556666:user/abc1-b-self1234";

const build = (args: Partial<SnowflakeReaderArgs> = {}) =>
  deploy(
    () =>
      new SnowflakeReader("reader", {
        suffix: "dev",
        names: physicalNames("dev"),
        exportPrefix: "exports/",
        forceDestroy: true,
        access: "role",
        accessKeys: [{ name: "first", status: "Active" }],
        bucketArn,
        account: account(),
        ...args,
      }),
  );

describe("SnowflakeReader", () => {
  it("is a role that trusts Snowflake's one user with the one external id", async () => {
    const { deployed, result } = await build({
      trust: { principalArns: [user], externalIds: ["acme=1"], match: "StringEquals" },
    });
    const role = deployed.only("aws:iam/role:Role");
    assert.equal(role.inputs.name, "SnowflakeReaderRole-dev");
    assert.deepEqual(deployed.statements(role, "assumeRolePolicy"), [
      {
        Sid: "AssumeWithExternalId",
        Effect: "Allow",
        Principal: { AWS: user },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "acme=1" } },
      },
    ]);
    assert.deepEqual(deployed.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs, {
      role: "SnowflakeReaderRole-dev",
      policyArn: "arn:aws:iam::123456789012:policy/SnowflakeS3AccessPolicy-dev",
    });
    assert.deepEqual(deployed.of("aws:iam/user:User"), []);
    const arn = "arn:aws:iam::123456789012:role/SnowflakeReaderRole-dev";
    assert.equal(await resolved(result.principalArn), arn);
    assert.equal(result.roleArn && (await resolved(result.roleArn)), arn);
    assert.equal(result.user, undefined);
  });

  it("cannot be assumed until Snowflake is known", async () => {
    const { deployed } = await build();
    assert.deepEqual(deployed.statements(deployed.only("aws:iam/role:Role"), "assumeRolePolicy"), [
      { Sid: "TrustNobodyYet", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("is a user where asked to, and then no role", async () => {
    const { deployed, result } = await build({ access: "user" });
    assert.deepEqual(deployed.of("aws:iam/role:Role"), []);
    assert.equal(result.roleArn, undefined);
    assert.equal(await resolved(result.principalArn), "arn:aws:iam::123456789012:user/SnowflakeS3User-dev");
  });
});

describe("snowflakeTrust", () => {
  const trustFor = ({ iamUserArn, externalId }: { iamUserArn?: string; externalId?: string }) =>
    snowflakeTrust(iamUserArn, externalId);

  it("is nobody's until the user and the external id are known", () => {
    assert.equal(trustFor({}), undefined);
    assert.equal(trustFor({ iamUserArn: user }), undefined);
    assert.equal(trustFor({ externalId: "acme=1" }), undefined);
    assert.deepEqual(trustFor({ iamUserArn: user, externalId: "acme=1" }), {
      principalArns: [user],
      externalIds: ["acme=1"],
      match: "StringEquals",
    });
  });
});
