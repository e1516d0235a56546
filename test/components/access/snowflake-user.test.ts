import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SnowflakeUser, type SnowflakeUserArgs } from "../../../components/access/snowflake-user";
import { deploy, resolved } from "../../support";

describe("SnowflakeUser", () => {
  const build = (args: Partial<SnowflakeUserArgs> = {}) =>
    deploy(
      () =>
        new SnowflakeUser("user", {
          suffix: "dev",
          userName: "SnowflakeS3User-dev",
          groupName: "SnowflakeS3Readers-dev",
          forceDestroy: true,
          accessKeys: [{ name: "first", status: "Active" }],
          policyArn: "arn:policy",
          ...args,
        }),
    );

  it("has its rights from a group", async () => {
    const { deployed } = await build();
    assert.deepEqual(deployed.only("aws:iam/user:User").inputs, { name: "SnowflakeS3User-dev" });
    assert.deepEqual(deployed.only("aws:iam/groupPolicyAttachment:GroupPolicyAttachment").inputs, {
      group: "SnowflakeS3Readers-dev",
      policyArn: "arn:policy",
    });
    assert.deepEqual(deployed.only("aws:iam/userGroupMembership:UserGroupMembership").inputs, {
      user: "SnowflakeS3User-dev",
      groups: ["SnowflakeS3Readers-dev"],
    });
  });

  it("has a key for each generation, the last one in use", async () => {
    const { deployed, result } = await build({
      accessKeys: [
        { name: "first", status: "Inactive" },
        { name: "second", status: "Active" },
      ],
    });
    const keys = deployed.of("aws:iam/accessKey:AccessKey").map(({ name, inputs }) => [name, inputs.status]);
    assert.deepEqual(keys.sort(), [
      ["user-key-first", "Inactive"],
      ["user-key-second", "Active"],
    ]);
    assert.equal(await resolved(result.accessKeyId), "[id of user-key-second]");
    assert.match(
      String(deployed.only("aws:secretsmanager/secretVersion:SecretVersion").inputs.secretString),
      /user-key-second/,
    );
  });

  it("keeps the key in use in Secrets Manager, as a secret of Pulumi's too", async () => {
    const { deployed, result } = await build();
    const version = deployed.only("aws:secretsmanager/secretVersion:SecretVersion");
    assert.deepEqual(JSON.parse(String(version.inputs.secretString)), {
      accessKeyId: "[id of user-key-first]",
      secretAccessKey: "[secret]",
    });
    assert.deepEqual(version.secretInputs, ["secretString"]);
    assert.equal(await pulumi.isSecret(result.secretAccessKey), true);
    assert.equal(
      await resolved(result.secretArn),
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:user-secret-000000",
    );
  });

  it("can have its secret restored, unless the stack may be destroyed with its contents", async () => {
    const days = async (forceDestroy: boolean) =>
      (await build({ forceDestroy })).deployed.only("aws:secretsmanager/secret:Secret").inputs
        .recoveryWindowInDays;
    assert.equal(await days(true), 0);
    assert.equal(await days(false), 30);
  });

  it("refuses to be without a key", async () => {
    await assert.rejects(build({ accessKeys: [] }), /"user" needs at least one access key, got none/);
  });
});
